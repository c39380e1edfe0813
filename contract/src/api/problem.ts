import { z } from 'zod';

/** Every error answer (RFC 9457, `application/problem+json`). `code` stands in docs/errors.md. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  problems: z.array(z.object({ where: z.string(), what: z.string() })).optional(),
});
export type Problem = z.infer<typeof problemSchema>;
