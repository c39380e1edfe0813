import type { FastifyInstance } from 'fastify';

const MEDIA_TYPE_UNSUPPORTED = 415;

/** Bodies that are XML or CSV, only where a route takes them; elsewhere they are refused as before. */
export function takeTexts(server: FastifyInstance, ways: readonly { types: string[]; path: RegExp }[]): void {
  for (const { types, path } of ways) {
    server.addContentTypeParser(types, { parseAs: 'buffer' }, (request, body, done) => {
      if (!path.test(request.url.split('?', 1)[0] ?? '')) {
        done(Object.assign(new Error('not here'), { statusCode: MEDIA_TYPE_UNSUPPORTED }), undefined);
        return;
      }
      const text = decoded(Buffer.isBuffer(body) ? body : Buffer.from(body));
      if (text === undefined) done(Object.assign(new Error('unreadable'), { statusCode: 400 }), undefined);
      else done(null, text);
    });
  }
}

/** In the encoding that the document names; UTF-8 if it names none. @returns undefined if its bytes are not of it */
function decoded(body: Buffer): string | undefined {
  const head = body.subarray(0, 200).toString('latin1');
  const named = /^[^<]*<\?xml[^>]*\bencoding\s*=\s*["']([\w.-]{1,40})["']/.exec(head)?.[1] ?? 'utf-8';
  const utf16 =
    body[0] === 0xff && body[1] === 0xfe ? 'utf-16le' : body[0] === 0xfe && body[1] === 0xff ? 'utf-16be' : undefined;
  try {
    return new TextDecoder(utf16 ?? named, { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}
