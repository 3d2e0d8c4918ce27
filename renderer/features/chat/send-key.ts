/** The key code that browsers give while an input method holds the keyboard. */
const composingKeyCode = 229;

/**
 * True when the key press sends: Enter without Shift, and not while an input method composes. Some report the
 * Enter that ends a composition only by its key code.
 */
export function isSendKey(event: KeyboardEvent): boolean {
  const isComposing = event.isComposing || event.keyCode === composingKeyCode;
  const hasModifier = event.shiftKey || event.altKey;
  return event.key === 'Enter' && !isComposing && !hasModifier;
}
