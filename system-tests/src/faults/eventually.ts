/** Asks until it holds. @throws when the time is up, with what was waited for */
export async function eventually(what: string, holds: () => Promise<boolean>, timeoutMs = 120_000): Promise<void> {
  const endsAtMs = Date.now() + timeoutMs;
  for (;;) {
    if (await holds().catch(() => false)) return;
    if (Date.now() > endsAtMs) throw new Error(`after ${timeoutMs} ms it is still not so that ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 200);
    });
  }
}
