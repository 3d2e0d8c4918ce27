import * as z from 'zod';

/** Token ids of one vocabulary. */
export const tokenIds = z.custom<Uint32Array>((value) => value instanceof Uint32Array);
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

/** Decoded pixels, 3 bytes each (R, G, B), rows from the top. */
export const picture = z
  .object({
    width: z.number().int().positive(),
    height: z.number().int().positive(),
    rgb: bytes,
  })
  .refine(({ width, height, rgb }) => rgb.length === width * height * 3, 'must be 3 bytes a pixel');
export type Picture = z.infer<typeof picture>;

export const toolCall = z.object({
  id: z.string(),
  name: z.string(),
  /** JSON text, as the model wrote it. */
  arguments: z.string(),
});
export type ToolCall = z.infer<typeof toolCall>;

export const tool = z.object({
  name: z.string().min(1).max(64),
  description: z.string(),
  /** JSON Schema of the arguments, as text. */
  parameters: z.string(),
});
export type Tool = z.infer<typeof tool>;

export const promptMessage = z.object({
  /** `tool` carries a tool's result, with `toolCallId`. */
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  text: z.string(),
  /** Reasoning of an earlier answer; most templates leave it out. */
  reasoning: z.string().exactOptional(),
  /**
   * The tokens that `text` was generated as (`answerTokenIds`), so that history is never tokenised
   * differently; ignored where they do not spell `text`.
   */
  tokens: tokenIds.exactOptional(),
  /** Shown before the text of a `user` message, in order. */
  pictures: z.array(picture).exactOptional(),
  toolCalls: z.array(toolCall).exactOptional(),
  toolCallId: z.string().exactOptional(),
  toolName: z.string().exactOptional(),
});
export type PromptMessage = z.infer<typeof promptMessage>;

/** What the template is given. Requests that share it share its computed prefix. */
export const promptRequest = z.object({
  messages: z.array(promptMessage).min(1),
  enableThinking: z.boolean(),
  tools: z.array(tool).exactOptional(),
  /** `required` forces a call by grammar; absent: `auto`. */
  toolChoice: z.enum(['auto', 'required', 'none']).exactOptional(),
  /** Several calls in one answer; absent: false. */
  parallelToolCalls: z.boolean().exactOptional(),
});
export type PromptRequest = z.infer<typeof promptRequest>;

/** The prompt as the engine would read it. */
export const promptPreview = z.object({
  tokens: z.array(z.number().int()),
  /** Whether token i is a control token of the vocabulary. */
  isControl: z.array(z.boolean()),
  text: z.string(),
  /** In order; `message` is the index of the message a piece came from, null for the template's own text. */
  spans: z.array(
    z.object({
      text: z.string(),
      tokenCount: z.number().int(),
      message: z.number().int().nullable(),
    }),
  ),
});
export type PromptPreview = z.infer<typeof promptPreview>;

/** How a prompt came to be computed. The three last add up to `promptTokens`. */
export const promptCost = z.object({
  promptTokens: z.number().int().nonnegative(),
  /** Found in the context. */
  reusedTokens: z.number().int().nonnegative(),
  /** Brought back from the cache in memory or on disk. */
  restoredTokens: z.number().int().nonnegative(),
  computedTokens: z.number().int().nonnegative(),
});
export type PromptCost = z.infer<typeof promptCost>;
