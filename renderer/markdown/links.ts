/**
 * An attachment that hands out every click on a link inside an element, whichever button, and lets none be
 * followed. Keyboard use of a link is a click too.
 */
export function handOutLinks(onlink: (url: string) => void): (element: HTMLElement) => () => void {
  return (element) => {
    const follow = (event: MouseEvent): void => {
      const anchor = event.target instanceof Element ? event.target.closest('a[href]') : null;
      if (!anchor) return;
      event.preventDefault();
      if (event.button < 2) onlink(anchor.getAttribute('href') ?? '');
    };
    element.addEventListener('click', follow);
    element.addEventListener('auxclick', follow);
    return () => {
      element.removeEventListener('click', follow);
      element.removeEventListener('auxclick', follow);
    };
  };
}
