import './zod-without-eval.ts';
import { mount } from 'svelte';
import { connectApp } from './api/connect-app.ts';
import { currentLanguage, speak } from './messages/messages.svelte.ts';
import App from './shell/App.svelte';
import Disconnected from './shell/Disconnected.svelte';
import { AppState } from './state/app-state.svelte.ts';
import './styles/base.css';

async function start(target: HTMLElement): Promise<void> {
  speak('system');
  document.documentElement.lang = currentLanguage();
  try {
    const link = await connectApp();
    mount(App, { target, props: { app: new AppState(link) } });
  } catch {
    // There is no app behind this window: all that can be said is how to start it.
    mount(Disconnected, { target });
  }
}

const target = document.getElementById('app');
if (target) void start(target);
