import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const writer = fileURLToPath(
  new URL('../../main/services/chat/testing/write-chat.fixture.ts', import.meta.url),
);

/** A chat of one question and its answer. */
export interface WrittenChat {
  title: string;
  question: string;
  answer: string;
}

/**
 * Puts a finished chat into a data folder that no app runs on, written by the app's own storage in a
 * process of its own: for answers that the tiny model cannot give.
 */
export function writeChat(dataFolder: string, chat: WrittenChat): void {
  execFileSync(process.execPath, [writer, dataFolder], { input: JSON.stringify(chat) });
}

/** Every shape an answer may have that is not a plain paragraph. */
export const richChat: WrittenChat = {
  title: 'Tides in a table',
  question: 'Show me the tides, and how to work them out.',
  answer: [
    '## Tides',
    'The water rises **twice** a day; see [the almanac](https://example.com/tides) and `next_tide()`.',
    '| Place | High water | Low water | Height above the chart, in metres | Remarks |',
    '|---|---|---|---:|---|',
    '| Keelung | 09:12 | 15:40 | 0.8 | sheltered |',
    '| Kaohsiung harbour entrance | 10:02 | 16:25 | 1.1 | strong stream |',
    '',
    '```python',
    'def next_tide(now):',
    '    """Hours until the next high water."""',
    '    return 12.42 - (now % 12.42)  # a very long line that is wider than a narrow window is: it scrolls by itself',
    '```',
    '',
    '1. Look at the moon.',
    '2. Wait.',
    '   - Not too long.',
    '',
    '> Time and tide wait for no one.',
  ].join('\n'),
};
