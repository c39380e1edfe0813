import { Button, Modal } from '@mantine/core';

import { session, useSession, useSessionLapsed } from './session';
import { SignInForm } from './SignInForm';

/** Over the page of somebody whose session has ended: they sign in again, and what they typed is still there. */
export function SignInAgain() {
  const lapsed = useSessionLapsed();
  const email = useSession()?.user.email;
  if (!lapsed || email === undefined) return null;
  const leave = (): void => session.end(null);
  return (
    <Modal
      opened
      onClose={leave}
      title="Sign in again"
      centered
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
      overlayProps={{ blur: 8 }}
    >
      <SignInForm knownEmail={email} notice="Your session has ended. What you typed is still there.">
        <Button variant="subtle" onClick={leave} data-mantine-stop-propagation>
          Sign in as somebody else
        </Button>
      </SignInForm>
    </Modal>
  );
}
