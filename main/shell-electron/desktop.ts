import type { Shell } from 'electron';
import { checkedLink } from '../adapters/link-check.ts';
import type { Desktop } from '../ports/desktop.ts';

/** The person's desktop, through Electron. */
export function electronDesktop(shell: Pick<Shell, 'openExternal' | 'openPath'>): Desktop {
  return {
    openLink: async (url) => shell.openExternal(checkedLink(url)),
    async showFolder(path) {
      const reason = await shell.openPath(path);
      if (reason !== '') throw new Error(`a folder was not shown: ${reason}`);
    },
  };
}
