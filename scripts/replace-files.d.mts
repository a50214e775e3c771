export function replaceFiles(
  from: string,
  to: string,
  options: { readonly last: string; readonly retire: string | null; readonly now?: number },
): void
