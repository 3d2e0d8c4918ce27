import { describe, expect, it } from 'vitest';
import type { Download } from '../../../contract/models/models.ts';
import { Format } from '../../messages/format.ts';
import { modelMessages } from '../../messages/models.ts';
import { sampleInstalled, sampleReady } from '../../testing/sample-models.ts';
import {
  downloadFacts,
  engineWord,
  roomSentence,
  roundWords,
  rungSentence,
} from './model-words.ts';

const format = new Format('en');
const words = modelMessages.en;
const download: Download = {
  id: 'a',
  name: 'A',
  state: 'running',
  doneBytes: 1_180_000_000,
  totalBytes: 3_412_000_000,
  bytesPerSecond: 12_400_000,
  secondsLeft: 180,
  sourceLabel: 'models.example',
  hasRestarted: false,
  error: null,
};

describe('downloadFacts', () => {
  it('says amount, speed, time left and source while it runs', () => {
    expect(downloadFacts(download, words, format).join(' · ')).toBe(
      '1.2 GB of 3.4 GB · 12 MB/s · 3 min left · from models.example',
    );
  });

  it('says that it starts while no speed is known', () => {
    const begun = { ...download, bytesPerSecond: null, secondsLeft: null, sourceLabel: null };
    expect(downloadFacts(begun, words, format)).toEqual(['1.2 GB of 3.4 GB', 'Starting']);
  });

  it('says neither speed nor time while paused, though the last ones are still known', () => {
    const facts = downloadFacts({ ...download, state: 'paused' }, words, format);
    expect(facts).toEqual(['1.2 GB of 3.4 GB', 'Paused', 'from models.example']);
  });
});

describe('roomSentence', () => {
  const ready = sampleReady(sampleInstalled());

  it('says when the room is smaller than wanted', () => {
    expect(roomSentence(ready, 'en', format)).toBe(
      'Room for about 12,000 words, less than usual: memory is short',
    );
  });

  it('says only the room when all that was wanted is there', () => {
    const whole = { ...ready, wantedContextTokens: 16_384 } as typeof ready;
    expect(roomSentence(whole, 'en', format)).toBe('Room for about 12,000 words');
  });

  it('says nothing while no model is ready', () => {
    expect(roomSentence({ phase: 'empty' }, 'en', format)).toBeNull();
  });
});

describe('rungSentence', () => {
  const ready = sampleReady(sampleInstalled());

  it('says nothing of a model that loaded as planned', () => {
    expect(rungSentence(ready, 'en')).toBeNull();
    expect(rungSentence({ phase: 'empty' }, 'en')).toBeNull();
  });

  it.each(['less-offload', 'cpu', 'smaller-context'] as const)(
    'says why it loaded otherwise, in both languages: %s',
    (rung) => {
      const engine = { ...ready, rung } as typeof ready;
      expect(rungSentence(engine, 'en')).toMatch(/memory/);
      expect(rungSentence(engine, 'zh-Hant')).toMatch(/記憶體/);
    },
  );
});

describe('roundWords', () => {
  it('never promises more than there is', () => {
    expect(roundWords(4096, 'en')).toBe(3000);
    expect(roundWords(4096, 'zh-Hant')).toBe(4000);
    expect(roundWords(600, 'en')).toBe(450);
  });
});

describe('engineWord', () => {
  it('says how far the model is loaded', () => {
    const engine = { phase: 'loading', modelId: 'm', fraction: 0.427 } as const;
    expect(engineWord(engine, words, format)).toBe('loading 42%');
  });
});
