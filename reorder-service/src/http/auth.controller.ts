import { Controller, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

import type { UserPrincipal } from '../auth/principal.ts';
import { SignIn, type SignInResult } from '../auth/sign-in.ts';
import { Users } from '../auth/users.ts';
import { CurrentPerson } from './access-guard.ts';
import { ContractRoute, Input, type InputOf, type ResponseOf } from './contract-route.ts';
import { HttpProblem } from './problems.ts';

@Controller()
export class AuthController {
  constructor(
    private readonly signIn: SignIn,
    private readonly users: Users,
  ) {}

  @ContractRoute('login')
  async login(@Input() { body }: InputOf<'login'>, @Req() request: FastifyRequest): Promise<ResponseOf<'login'>> {
    return responseOf(await this.signIn.signIn(body, request.ip, Date.now()), 'Email or password is wrong');
  }

  @ContractRoute('changePassword')
  async changePassword(
    @CurrentPerson() person: UserPrincipal,
    @Input() { body }: InputOf<'changePassword'>,
    @Req() request: FastifyRequest,
  ): Promise<ResponseOf<'changePassword'>> {
    const result = await this.signIn.changePassword(person, body, request.ip, Date.now());
    if (!result.ok && result.reason === 'wrong') {
      // Not 401: the session stands, only the password typed is wrong.
      const problems = [{ where: 'body.currentPassword', what: 'is wrong' }];
      throw new HttpProblem('REQUEST_INVALID', 'The current password is wrong', { problems });
    }
    return responseOf(result, 'The current password is wrong');
  }

  @ContractRoute('currentUser')
  async currentUser(@CurrentPerson() person: UserPrincipal): Promise<ResponseOf<'currentUser'>> {
    const user = await this.users.findById(person.userId);
    if (!user) throw new HttpProblem('NOT_SIGNED_IN', 'This user may not sign in any more');
    return user;
  }
}

function responseOf(result: SignInResult, wrong: string): ResponseOf<'login'> {
  if (result.ok) return result.response;
  if (result.reason === 'wrong') throw new HttpProblem('CREDENTIALS_WRONG', wrong);
  if (result.reason === 'expired') {
    throw new HttpProblem(
      'PASSWORD_EXPIRED',
      'This temporary password has expired: ask an administrator for a new one',
    );
  }
  const waitSeconds = Math.ceil(result.waitMs / 1_000);
  throw new HttpProblem('TOO_MANY_ATTEMPTS', `Too many attempts. Try again in ${describeWait(waitSeconds)}.`, {
    headers: { 'Retry-After': String(waitSeconds) },
  });
}

function describeWait(seconds: number): string {
  if (seconds < 60) return seconds === 1 ? '1 second' : `${seconds} seconds`;
  const minutes = Math.ceil(seconds / 60);
  return minutes === 1 ? '1 minute' : `${minutes} minutes`;
}
