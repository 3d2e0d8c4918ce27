/** How much text the cells work with, in tokens. */
export interface Sizes {
  /** A long chat, and the message that follows it. */
  history: number;
  message: number;
  /** An answer between two messages. */
  answer: number;
  /** A system text that several chats share. */
  persona: number;
  /** A chat that is edited in its middle. */
  longHistory: number;
  document: number;
  /** A message that is typed while the machine waits. */
  typed: number;
  /** Decoded for speed, and read for speed. */
  decode: number;
  read: number[];
  /** Compared step by step after a restore. */
  identity: number;
  /** Context that holds one long chat, and one that holds the longest of all. */
  context: number;
  largeContext: number;
  /** Room for three long chats in llama.cpp's own slots. */
  threeChatsContext: number;
}

/** What performance claims are made with. */
export const fullSizes: Sizes = {
  history: 4000,
  message: 40,
  answer: 16,
  persona: 2000,
  longHistory: 8000,
  document: 6000,
  typed: 200,
  decode: 128,
  read: [512, 2048],
  identity: 1000,
  context: 6144,
  largeContext: 10_240,
  threeChatsContext: 16_384,
};

/** To try the harness itself with a model of 2,048 tokens: its figures say nothing. */
export const smallSizes: Sizes = {
  history: 900,
  message: 30,
  answer: 8,
  persona: 400,
  longHistory: 1200,
  document: 900,
  typed: 80,
  decode: 64,
  read: [256, 512],
  identity: 100,
  context: 2048,
  largeContext: 2048,
  threeChatsContext: 4096,
};
