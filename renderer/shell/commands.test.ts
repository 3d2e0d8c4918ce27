import { describe, expect, it, vi } from 'vitest';
import { commandsFor, isPressed, runPressed } from './commands.ts';

function press(key: string, held: Partial<KeyboardEventInit> = { ctrlKey: true }): KeyboardEvent {
  return new KeyboardEvent('keydown', { key, cancelable: true, ...held });
}

function target() {
  return {
    newChat: vi.fn(),
    toggleSidebar: vi.fn(),
    openSettings: vi.fn(),
    undo: vi.fn(() => false),
  };
}

describe('runPressed', () => {
  it.each([
    ['n', 'newChat'],
    ['N', 'newChat'],
    ['b', 'toggleSidebar'],
    [',', 'openSettings'],
    ['z', 'undo'],
  ] as const)('runs for Ctrl and %s the command %s alone', (key, name) => {
    const acts = target();
    runPressed(Object.values(commandsFor(acts)), press(key));
    for (const [other, act] of Object.entries(acts)) {
      expect(act).toHaveBeenCalledTimes(other === name ? 1 : 0);
    }
  });

  it('leaves the key its usual meaning when there was nothing to undo', () => {
    const acts = target();
    const event = press('z');
    runPressed(Object.values(commandsFor(acts)), event);
    expect(event.defaultPrevented).toBe(false);
    acts.undo.mockReturnValue(true);
    runPressed(Object.values(commandsFor(acts)), event);
    expect(event.defaultPrevented).toBe(true);
  });

  it('runs nothing for a key that something else has handled', () => {
    const acts = target();
    const event = press('n');
    event.preventDefault();
    runPressed(Object.values(commandsFor(acts)), event);
    expect(acts.newChat).not.toHaveBeenCalled();
  });
});

describe('isPressed', () => {
  it.each([
    ['no key held', {}],
    ['Shift as well', { ctrlKey: true, shiftKey: true }],
    ['Alt as well, which writes letters on some keyboards', { ctrlKey: true, altKey: true }],
    ['the Windows key', { metaKey: true }],
    ['text being composed', { ctrlKey: true, isComposing: true }],
  ])('is false with %s', (_, held) => {
    expect(isPressed({ key: 'n' }, press('n', held))).toBe(false);
  });
});
