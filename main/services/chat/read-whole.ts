import type { NotesPart, Part, TaskPart, Usage } from '../../../contract/chat/message.ts';
import type { NumberedPassage } from '../../../contract/documents/documents.ts';
import type { GenerateResult, PromptMessage } from '../../../contract/engine-contract.ts';
import type { ReadyModel } from '../models/index.ts';
import {
  filled,
  type MeasuredSpeed,
  newItems,
  notesList,
  passageList,
  type ReadingPrompts,
  stretches,
  TokenCounter,
  type WholePrompts,
  type WholeSizes,
  wholeMs,
  wholeSizes,
} from '../reading/index.ts';
import type { GenerateOptions, Outcome } from './generate-answer.ts';

/** What a task that reads everything needs. */
export interface WholeTaskOptions {
  task: TaskPart;
  /** What the person wants, in their words. */
  text: string;
  /** Every passage of its documents, with the numbers of the task. */
  passages: readonly NumberedPassage[];
  /** Notes of an attempt that did not come to its end. */
  begun: readonly NotesPart[];
  system: string;
  prompts: { whole: WholePrompts; reading: ReadingPrompts };
  /** How fast the model was before. */
  speedOf: (model: ReadyModel) => MeasuredSpeed | null;
  addWhole: (piece: Part) => void;
  /** All up to number `last` is read; `text` is what was made of it. @throws as storage does */
  onRead: (last: number, text: string) => void;
  /** Nothing of the kind that was asked for is in any part. */
  onNothingFound: () => void;
}

interface Asked {
  messages: PromptMessage[];
  maxAnswerTokens?: number;
  priority: 'visible' | 'background';
  onText?: (text: string) => void;
  /** Somebody asked it to stop, perhaps too late for this request. */
  onStop: () => void;
}

interface Reply {
  text: string;
  end: GenerateResult;
}

/** One request of a task: it leaves nothing in the cache, but finds what the step before had in common. */
async function ask(options: GenerateOptions, model: ReadyModel, asked: Asked): Promise<Reply> {
  const { onText = () => {}, onStop: _onStop, ...request } = asked;
  const endWatch = options.silence.watch(options.onSilent);
  try {
    const chunks = model.client.run.generate(
      {
        ...request,
        sequenceKey: stepKey(options),
        // Notes are for code and model to go on from: the likeliest words, the same each time.
        sampling:
          asked.priority === 'visible' ? options.sampling : { ...options.sampling, temperature: 0 },
        enableThinking: false,
        overflow: 'refuse',
        ephemeral: true,
      },
      { signal: options.signal },
    );
    options.onAsked(() => {
      asked.onStop();
      return model.client.run.stop({ sequenceKey: stepKey(options) });
    });
    let text = '';
    for (;;) {
      const step = await chunks.next();
      options.silence.heard();
      if (step.done) return { text, end: step.value };
      if (step.value.type === 'prompt' && asked.priority === 'visible') {
        const { readTokens, promptTokens } = step.value;
        options.onPhase({ phase: 'reading', readTokens, promptTokens });
      }
      if (step.value.type !== 'text') continue;
      text += step.value.text;
      onText(step.value.text);
    }
  } finally {
    endWatch();
  }
}

/** A place of its own in the engine: what the conversation has there stays. */
function stepKey({ sequenceKey }: GenerateOptions): string {
  return `${sequenceKey}~whole`;
}

function plus(total: Usage | null, { usage }: GenerateResult): Usage {
  if (!total) return usage;
  return {
    promptTokens: total.promptTokens + usage.promptTokens,
    reusedTokens: total.reusedTokens + usage.reusedTokens,
    restoredTokens: total.restoredTokens + usage.restoredTokens,
    computedTokens: total.computedTokens + usage.computedTokens,
    answerTokens: total.answerTokens + usage.answerTokens,
    firstTokenMs: total.firstTokenMs,
    promptMs: total.promptMs + usage.promptMs,
    answerMs: total.answerMs + usage.answerMs,
  };
}

/**
 * Reads every passage in steps, each begun with the same instructions, and answers: a list as it goes, a
 * summary from the notes of all steps. What a step came to is kept at once; asked to begin anew, it goes on
 * after the last.
 */
export class WholeTask {
  readonly #options: WholeTaskOptions;
  readonly #notes: NotesPart[] = [];
  readonly #known = new Set<string>();
  #usage: Usage | null = null;
  #isCut = false;
  #isBegun = false;
  #written = '';
  #isStopped = false;
  readonly #onStop = (): void => {
    this.#isStopped = true;
  };

  constructor(options: WholeTaskOptions) {
    this.#options = options;
  }

  /** Runs it on the engine. Throws as `run.generate` and storage do; what was read by then is kept. */
  async run(options: GenerateOptions): Promise<Outcome> {
    const { signal, onPhase } = options;
    const model = await options.models.ready({
      signal,
      onProgress: (fraction) => onPhase({ phase: 'loading-model', fraction }),
    });
    options.onModel(model.name);
    this.#carryOver(options);
    try {
      return (await this.#readSteps(options, model)) ?? (await this.#finish(options, model));
    } finally {
      await model.client.run.forget({ sequenceKey: stepKey(options) }).catch(() => {});
    }
  }

  #carryOver({ onText }: GenerateOptions): void {
    if (this.#isBegun) return;
    this.#isBegun = true;
    const { begun, addWhole, task } = this.#options;
    for (const notes of begun) {
      addWhole(notes);
      this.#notes.push(notes);
      if (task.kind === 'list') this.#addItems(notes, onText);
    }
  }

  async #readSteps(options: GenerateOptions, model: ReadyModel): Promise<Outcome | undefined> {
    const { passages, task, text, prompts } = this.#options;
    const counter = new TokenCounter(model.client);
    const sizes = wholeSizes(model.loaded.contextTokens);
    const done = this.#notes.at(-1)?.last ?? task.first - 1;
    const left = passages.filter(({ number }) => number > done);
    const tokens = await counter.countEach(left, prompts.reading);
    const steps = stretches(left, (_passage, index) => tokens[index] ?? 0, sizes.stepTokens);
    const isAtOnce = task.kind === 'summary' && this.#notes.length === 0 && steps.length < 2;
    if (isAtOnce) return await this.#answerAtOnce(options, model);
    const system = filled(prompts.whole[`${task.kind}-step`], { task: text });
    const total = tokens.reduce((sum, count) => sum + count, 0);
    const left0 = this.#estimate(model, total, steps.length);
    const begunMs = options.clock.monotonicMs();
    const doneBefore = this.#notes.length;
    for (const [index, step] of steps.entries()) {
      const perStepMs = (options.clock.monotonicMs() - begunMs) / index;
      options.onPhase({
        phase: 'step',
        step: doneBefore + index + 1,
        steps: doneBefore + steps.length,
        leftMs: index === 0 ? left0 : perStepMs * (steps.length - index),
      });
      const wanted = filled(prompts.whole[`${task.kind}-ask`], { task: text });
      const user = `${passageList(step, prompts.reading)}\n\n${wanted}`;
      const reply = await ask(options, model, {
        messages: [
          { role: 'system', text: system },
          { role: 'user', text: user },
        ],
        maxAnswerTokens: task.kind === 'list' ? sizes.listTokens : sizes.summaryTokens,
        priority: 'background',
        onStop: this.#onStop,
      });
      this.#usage = plus(this.#usage, reply.end);
      if (reply.end.stopReason === 'cancelled') return this.#ended('stopped');
      this.#keep(step, reply, options);
      if (this.#isStopped) return this.#ended('stopped');
    }
    return undefined;
  }

  /** Few enough passages to be answered from as they are. */
  async #answerAtOnce(options: GenerateOptions, model: ReadyModel): Promise<Outcome> {
    const { passages, prompts, text, system, onRead } = this.#options;
    const given = `${prompts.reading.rule}\n\n${passageList(passages, prompts.reading)}\n\n${text}`;
    const outcome = await this.#write(options, model, [
      { role: 'system', text: system },
      { role: 'user', text: given },
    ]);
    const last = passages.at(-1)?.number;
    if (last !== undefined && outcome.status === 'complete') onRead(last, this.#written);
    return outcome;
  }

  #keep(step: readonly NumberedPassage[], { text, end }: Reply, options: GenerateOptions): void {
    const { addWhole, onRead, task } = this.#options;
    const [first, last] = [step[0]?.number ?? 0, step.at(-1)?.number ?? 0];
    const notes: NotesPart = {
      ...{ type: 'notes', step: this.#notes.length + 1, first, last },
      text: text.trim(),
    };
    this.#notes.push(notes);
    addWhole(notes);
    const items = task.kind === 'list' ? this.#addItems(notes, options.onText) : '';
    this.#isCut ||= task.kind === 'list' && end.stopReason === 'length';
    onRead(last, `${text}\n${items}`);
  }

  /** Adds what is new to the answer, and returns it. */
  #addItems({ text, first, last }: NotesPart, onText: GenerateOptions['onText']): string {
    const read = this.#options.passages.filter(({ number }) => number >= first && number <= last);
    const items = newItems(text, this.#known, read)
      .map((line) => `${line}\n`)
      .join('');
    if (items !== '') onText('text', items);
    return items;
  }

  async #finish(options: GenerateOptions, model: ReadyModel): Promise<Outcome> {
    const { task, prompts, text, system, onNothingFound } = this.#options;
    if (task.kind === 'list') {
      if (this.#known.size === 0) onNothingFound();
      return this.#ended(this.#isCut ? 'cut' : 'complete');
    }
    const sizes = wholeSizes(model.loaded.contextTokens);
    const notes = await this.#joined(options, model, sizes);
    if (!notes) return this.#ended('stopped');
    return await this.#write(options, model, [
      { role: 'system', text: `${system}\n\n${prompts.whole['summary-end']}` },
      { role: 'user', text: `${notesList(notes, prompts.whole)}\n\n${text}` },
    ]);
  }

  /** The notes, put together as often as it takes until they fit; undefined when it was stopped. */
  async #joined(options: GenerateOptions, model: ReadyModel, sizes: WholeSizes) {
    const { prompts, text } = this.#options;
    const counter = new TokenCounter(model.client);
    let notes: Pick<NotesPart, 'first' | 'last' | 'text'>[] = this.#notes;
    for (;;) {
      const tokens = await Promise.all(
        notes.map((note) => counter.count(notesList([note], prompts.whole))),
      );
      const total = tokens.reduce((sum, count) => sum + count, 0);
      if (total <= sizes.joinTokens || notes.length < 2) return notes;
      const groups = stretches(notes, (_note, index) => tokens[index] ?? 0, sizes.joinTokens);
      const joined: typeof notes = [];
      for (const group of groups) {
        const reply = await ask(options, model, {
          messages: [
            { role: 'system', text: filled(prompts.whole['summary-join'], { task: text }) },
            { role: 'user', text: notesList(group, prompts.whole) },
          ],
          maxAnswerTokens: sizes.summaryTokens,
          priority: 'background',
          onStop: this.#onStop,
        });
        this.#usage = plus(this.#usage, reply.end);
        if (reply.end.stopReason === 'cancelled' || this.#isStopped) return undefined;
        const [first, last] = [group[0]?.first ?? 0, group.at(-1)?.last ?? 0];
        joined.push({ first, last, text: reply.text });
      }
      if (joined.length >= notes.length) return joined;
      notes = joined;
    }
  }

  async #write(
    options: GenerateOptions,
    model: ReadyModel,
    messages: PromptMessage[],
  ): Promise<Outcome> {
    const onText = (piece: string): void => {
      options.onPhase({ phase: 'writing' });
      options.onText('text', piece);
    };
    const { end, text } = await ask(options, model, {
      ...{ messages, onText, onStop: this.#onStop },
      priority: 'visible',
    });
    this.#written = text;
    this.#usage = plus(this.#usage, end);
    if (end.stopReason === 'cancelled') return this.#ended('stopped');
    options.models.noteSuccess(model.modelId);
    const tokens = { vocabulary: model.loaded.fingerprint, ids: end.answerTokenIds };
    return { ...this.#ended(end.stopReason === 'length' ? 'cut' : 'complete'), tokens };
  }

  #ended(status: Outcome['status']): Outcome {
    return { status, usage: this.#usage, error: null };
  }

  #estimate(model: ReadyModel, tokens: number, steps: number): number | null {
    const speed = this.#options.speedOf(model);
    const { kind } = this.#options.task;
    return (
      speed && wholeMs(speed, { tokens, steps, kind, contextTokens: model.loaded.contextTokens })
    );
  }
}
