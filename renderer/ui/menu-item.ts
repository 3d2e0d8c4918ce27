import type { IconName } from './icons.ts';

/** A line of a `Menu`. */
export type MenuItem =
  | {
      readonly kind: 'item';
      readonly id: string;
      readonly label: string;
      /** Second line, smaller. */
      readonly detail?: string | undefined;
      readonly icon?: IconName;
      readonly shortcut?: string | undefined;
      readonly tone?: 'danger';
      readonly isDisabled?: boolean;
      /** Given: the line is one choice of several, and says whether it is the chosen one. */
      readonly isChosen?: boolean;
      /** Given: the line can be switched on and off by itself, and says which it is. */
      readonly isChecked?: boolean;
      onpick(): void;
    }
  | { readonly kind: 'heading'; readonly id: string; readonly label: string }
  | { readonly kind: 'separator'; readonly id: string };
