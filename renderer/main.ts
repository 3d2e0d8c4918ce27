import './zod-without-eval.ts';
import { mount, unmount } from 'svelte';
import { connectApp } from './api/connect-app.ts';
import { currentLanguage, speak } from './messages/messages.svelte.ts';
import App from './shell/App.svelte';
import Disconnected from './shell/Disconnected.svelte';
import { AppState } from './state/app-state.svelte.ts';
import './styles/base.css';

const retryMs = 2_000;

/** Shows the app; while there is none behind this window, says so and tries again. */
async function start(target: HTMLElement): Promise<void> {
  speak('system');
  document.documentElement.lang = currentLanguage();
  let notice: ReturnType<typeof mount> | undefined;
  for (;;) {
    const link = await connectApp().catch(() => undefined);
    if (link) {
      if (notice) await unmount(notice);
      mount(App, { target, props: { app: new AppState(link) } });
      return;
    }
    notice ??= mount(Disconnected, { target });
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}

const target = document.getElementById('app');
if (target) void start(target);
