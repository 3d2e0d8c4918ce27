import type { MenuItemConstructorOptions } from 'electron';

/** The menu: roles only, which Electron names and wires by itself. DevTools where the app is not packaged. */
export function menuTemplate(options: {
  platform: NodeJS.Platform;
  isPackaged: boolean;
}): MenuItemConstructorOptions[] {
  const view: MenuItemConstructorOptions[] = [
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { type: 'separator' },
    { role: 'togglefullscreen' },
  ];
  if (!options.isPackaged) view.push({ role: 'reload' }, { role: 'toggleDevTools' });
  const appMenu: MenuItemConstructorOptions = { role: 'appMenu' };
  return [
    ...(options.platform === 'darwin' ? [appMenu] : []),
    { role: 'editMenu' },
    { role: 'viewMenu', submenu: view },
    { role: 'windowMenu' },
  ];
}
