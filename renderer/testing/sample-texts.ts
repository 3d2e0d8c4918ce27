/** An answer with every common shape of Markdown. */
export const englishAnswer = `A debounced function waits until the calls stop, then runs once. That keeps a search box from asking for every letter.

## The function

\`\`\`ts
export function debounce<A extends unknown[]>(
  run: (...args: A) => void,
  waitMs: number,
): (...args: A) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...args), waitMs);
  };
}
\`\`\`

Three things to know:

1. **It is late on purpose.** With \`waitMs\` at 150 the person does not notice.
2. It keeps only the *last* arguments.
3. Call it once and keep the result; a new one for each key press waits for nothing.

| pattern | runs | good for |
|---|---|---|
| debounce | once, after the last call | search, resize |
| throttle | at most once per interval | scrolling, dragging |
| neither | every time | clicks |

> A timer that outlives its component is a leak: clear it when the component goes.
`;

/** The same in Traditional Chinese: full-width marks, bold at their edges, Latin words between. */
export const chineseAnswer = `**防手震（debounce）的意思是：**等到呼叫停下來之後，才執行一次。這樣搜尋框就不會每打一個字就查一次。

## 程式碼

\`\`\`python
def debounce(wait_seconds: float):
    """等到最後一次呼叫之後才執行。"""
    def decorate(run):
        timer = None
        def later(*args):
            nonlocal timer
            if timer:
                timer.cancel()
            timer = Timer(wait_seconds, run, args)
            timer.start()
        return later
    return decorate
\`\`\`

有三件事要注意：

- **刻意延遲。**設成 150 毫秒，使用者不會察覺。
- 只保留「最後一次」的參數。
- 元件消失時要記得清掉計時器，否則會 memory leak。

| 做法 | 執行時機 | 適合 |
|---|---|---|
| debounce | 最後一次呼叫之後 | 搜尋、調整視窗大小 |
| throttle | 每段時間最多一次 | 捲動、拖曳 |
`;

/** Thoughts of a model that thinks. */
export const sampleReasoning =
  'The person asks about search boxes, so debounce is the pattern. Show TypeScript, then name the difference to throttle. A small table helps.';

/** Titles as first words make them; some are Chinese, one is very long. */
export const sampleTitles: readonly string[] = [
  'What is a debounced function',
  '搜尋框要怎麼避免一直查詢',
  'Plan a week in Tainan with my parents, who walk slowly and love temples, markets and tea',
  'Letter to the landlord about the boiler',
  '把這段話改得更客氣一點',
  'Explain the tides to a seven-year-old',
  'Why does my bread not rise',
  '比較三種保溫瓶',
  'Regular expression for dates',
  'Names for a grey cat',
];

/** An answer that cites: passages 1 and 2 are there, 9 is not. */
export const citingAnswer =
  'The budget of Project Falcon is 48210 [1]. "The deadline of Project Falcon is May." [2] The ship is called Nova [9].';
