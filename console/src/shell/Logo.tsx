/** The mark, beside the name or a heading; the same drawing as public/icon.svg. */
export function Logo({ size }: { size: number }) {
  return <img src="/icon.svg" width={size} height={size} alt="" />;
}
