import './zod-without-eval.ts';
import { mount } from 'svelte';
import { settings } from '../contract/app-contract.ts';
import type { ConversationId } from '../contract/chat/message.ts';
import App from './shell/App.svelte';
import { AppState, type Room } from './state/app-state.svelte.ts';
import { sceneApp } from './testing/scenes.ts';
import './styles/base.css';

// The rooms over the fake app, to look at: ?scene=chat&lang=zh-Hant&theme=dark&open=c1&room=settings&text=200
const query = new URLSearchParams(location.search);
const chosen = settings.parse({
  language: query.get('lang') ?? 'system',
  theme: query.get('theme') ?? 'system',
});
document.documentElement.style.fontSize = `${query.get('text') ?? '100'}%`;

const app = sceneApp(query.get('scene') ?? 'chat', { settings: chosen });
const appState = new AppState(app);
const open = query.get('open');
if (open) appState.openConversation(open as ConversationId);
const room = query.get('room');
if (room) appState.openRoom(room as Room);

const target = document.getElementById('app');
if (target) mount(App, { target, props: { app: appState } });
if (query.has('disconnected')) setTimeout(() => app.setConnected(false), 300);
Object.assign(window, { fakeApp: app, appState });
