import { Global, Module, type DynamicModule } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';

import { AccessTokens } from './access-tokens.ts';
import { AuditTrail } from '../audit/audit-trail.ts';
import { Administrator } from './administrator.ts';
import { AUTH_OPTIONS, type AuthOptions } from './auth-options.ts';
import { People } from './people.ts';
import { SessionWatch } from './session-watch.ts';
import { SignInTrail } from './sign-in-trail.ts';
import { SignIn } from './sign-in.ts';
import { SupplierTokens } from './supplier-tokens.ts';
import { Users } from './users.ts';

/** Who may sign in, and who asks. Needs the DatabaseModule; the catalogue must be seeded before the app starts. */
@Global()
@Module({})
export class AuthModule {
  static of(options: AuthOptions): DynamicModule {
    return {
      module: AuthModule,
      imports: [JwtModule.register({ secret: options.jwtSecret })],
      providers: [
        { provide: AUTH_OPTIONS, useValue: options },
        AccessTokens,
        Administrator,
        AuditTrail,
        People,
        SessionWatch,
        SignIn,
        SignInTrail,
        SupplierTokens,
        Users,
      ],
      exports: [AccessTokens, AuditTrail, People, SessionWatch, SignIn, SupplierTokens, Users],
    };
  }
}
