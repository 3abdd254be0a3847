// The elements of a model's page, by id.

export const find = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;

/** Not every model has every button. */
export function onClick(id: string, action: () => unknown): void {
  const button = document.getElementById(id);
  if (button) button.onclick = action;
}

/** A button that cannot be pressed again before its action has ended. */
export function onClickOnce(id: string, action: () => Promise<unknown>): void {
  onClick(id, async () => {
    const button = find<HTMLButtonElement>(id);
    button.disabled = true;
    await action().finally(() => {
      button.disabled = false;
    });
  });
}
