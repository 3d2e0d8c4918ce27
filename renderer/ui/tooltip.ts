import type { Attachment } from 'svelte/attachments';

const hoverDelayMs = 500;

/**
 * Shows `text` near a control while a pointer rests on it or the keyboard is on it. The text repeats the
 * control's name, so screen readers are spared it. In the top layer: nothing clips it.
 */
export function tooltip(text: string): Attachment<HTMLElement> {
  return (control) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let tip: HTMLElement | undefined;
    const hide = (): void => {
      clearTimeout(timer);
      tip?.remove();
      tip = undefined;
    };
    const show = (): void => {
      if (tip || !control.isConnected || typeof control.showPopover !== 'function') return;
      tip = document.createElement('div');
      tip.className = 'tooltip';
      tip.popover = 'manual';
      tip.setAttribute('aria-hidden', 'true');
      tip.textContent = text;
      control.after(tip);
      tip.showPopover({ source: control });
    };
    const onPointerEnter = (): void => {
      clearTimeout(timer);
      timer = setTimeout(show, hoverDelayMs);
    };
    const onFocus = (): void => {
      if (control.matches(':focus-visible')) show();
    };
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') hide();
    };
    control.addEventListener('pointerenter', onPointerEnter);
    control.addEventListener('pointerleave', hide);
    control.addEventListener('pointerdown', hide);
    control.addEventListener('focus', onFocus);
    control.addEventListener('blur', hide);
    control.addEventListener('keydown', onKey);
    return () => {
      hide();
      control.removeEventListener('pointerenter', onPointerEnter);
      control.removeEventListener('pointerleave', hide);
      control.removeEventListener('pointerdown', hide);
      control.removeEventListener('focus', onFocus);
      control.removeEventListener('blur', hide);
      control.removeEventListener('keydown', onKey);
    };
  };
}
