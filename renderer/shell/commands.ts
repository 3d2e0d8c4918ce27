import { t } from '../messages/messages.svelte.ts';
import { shellMessages } from '../messages/shell.ts';

/** A key pressed with Ctrl, or Cmd on a Mac. */
export interface Shortcut {
  /** As in `KeyboardEvent.key`, lower case. */
  readonly key: string;
}

/** Something the window can do by name, by shortcut or by a button. */
export interface Command {
  readonly id: string;
  label(): string;
  readonly shortcut: Shortcut;
  /** False when there was nothing to do: the key then keeps its usual meaning. */
  run(): boolean;
}

/** What the commands act on. */
export interface CommandTarget {
  newChat(): void;
  toggleSidebar(): void;
  openSettings(): void;
  /** Runs the undo that is on show; false when there is none. */
  undo(): boolean;
}

/** Whether the shortcuts are written, and pressed, as on a Mac. */
export function isMacPlatform(): boolean {
  return /mac/iu.test(navigator.userAgent);
}

/** How a shortcut is written: `⌘N` on a Mac, `Ctrl+N` elsewhere. */
export function shortcutText({ key }: Shortcut): string {
  const name = key.toUpperCase();
  return isMacPlatform() ? `⌘${name}` : `Ctrl+${name}`;
}

/** Whether `event` is the press of `shortcut`, and nothing more than that. */
export function isPressed(shortcut: Shortcut, event: KeyboardEvent): boolean {
  const [main, other] = isMacPlatform()
    ? [event.metaKey, event.ctrlKey]
    : [event.ctrlKey, event.metaKey];
  const isPlain = main && !other && !event.altKey && !event.shiftKey && !event.isComposing;
  return isPlain && event.key.toLowerCase() === shortcut.key;
}

/** The window's commands, one object each. */
export function commandsFor(target: CommandTarget) {
  return {
    newChat: {
      id: 'new-chat',
      label: () => t(shellMessages).newChat,
      shortcut: { key: 'n' },
      run: () => {
        target.newChat();
        return true;
      },
    },
    toggleSidebar: {
      id: 'toggle-sidebar',
      label: () => t(shellMessages).toggleSidebar,
      shortcut: { key: 'b' },
      run: () => {
        target.toggleSidebar();
        return true;
      },
    },
    openSettings: {
      id: 'open-settings',
      label: () => t(shellMessages).openSettings,
      shortcut: { key: ',' },
      run: () => {
        target.openSettings();
        return true;
      },
    },
    undo: {
      id: 'undo',
      label: () => t(shellMessages).undo,
      shortcut: { key: 'z' },
      run: () => target.undo(),
    },
  } satisfies Record<string, Command>;
}

/** Runs the command whose shortcut was pressed; the key's usual meaning is then off. */
export function runPressed(commands: Iterable<Command>, event: KeyboardEvent): void {
  if (event.defaultPrevented) return;
  for (const command of commands) {
    if (isPressed(command.shortcut, event) && command.run()) {
      event.preventDefault();
      return;
    }
  }
}
