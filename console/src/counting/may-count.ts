import { useSession } from '../session/session';

/** Whether the person signed in may say how much there is. */
export function useMayCount(): boolean {
  const role = useSession()?.user.role;
  return role === 'admin' || role === 'buyer' || role === 'operator';
}
