import type { Interval } from '../analysis/intervals.ts'
import type { Timeline } from '../result.ts'

const WIDTH = 100
const BARS = ' ▁▂▃▄▅▆▇█'

/**
 * A run as text that shows everywhere: acknowledged writes per column as bars, below them when each host held the VIP and
 * was writable, and marks. Shows from shortly before the fault until shortly after clients write again, then the whole run.
 */
export function strips(timeline: Timeline, outageEnd: number | null): string {
  const close = outageEnd === null ? timeline.to : Math.min(timeline.to, Math.max(outageEnd * 1.6, 200))
  const near = { start: Math.max(timeline.from, -0.4 * close), end: close }
  const whole = { start: timeline.from, end: timeline.to }
  const pictures = near.end > 0.8 * whole.end ? [whole] : [near, whole]
  return pictures.map((window) => picture(timeline, window)).join('\n\n')
}

function picture(timeline: Timeline, window: Interval): string {
  const column = (window.end - window.start) / WIDTH
  const names = timeline.hosts.map(({ name }) => name)
  const label = Math.max(...names.map(({ length }) => length + ' writable'.length), 'writes'.length)
  const line = (name: string, cells: string): string => `${name.padEnd(label)} │${cells}│`
  const lines = [
    line('writes', density(timeline.acks, window, column)),
    ...timeline.hosts.map(({ name, vip }) => line(`${name} VIP`, spans(vip, window, column, '█'))),
    ...timeline.hosts.map(({ name, writable }) => line(`${name} writable`, spans(writable, window, column, '▒'))),
  ]
  const marks = timeline.marks.filter(({ at }) => at >= window.start && at <= window.end)
  const ruler = marks.map(({ at, text }, i) => `${String.fromCharCode(97 + i)} = ${time(at)} ${text}`)
  const pointer = Array<string>(WIDTH).fill(' ')
  marks.forEach(({ at }, i) => {
    let cell = Math.min(WIDTH - 1, Math.floor((at - window.start) / column))
    while (pointer[cell] !== ' ' && cell < WIDTH + i) cell++
    pointer[cell] = String.fromCharCode(97 + i)
  })
  const scale = `${time(window.start)} … ${time(window.end)}, ${time(column)} a column`
  return [...lines, line('', pointer.join('')), `${' '.repeat(label + 2)}${scale}; ${ruler.join(', ')}`].join('\n')
}

function density(acks: readonly number[], window: Interval, column: number): string {
  const counts = Array<number>(WIDTH).fill(0)
  for (const ack of acks) {
    const cell = Math.floor((ack - window.start) / column)
    if (cell >= 0 && cell < WIDTH) counts[cell] = (counts[cell] ?? 0) + 1
  }
  const most = Math.max(...counts, 1)
  return counts.map((count) => BARS[Math.ceil((count / most) * (BARS.length - 1))]).join('')
}

function spans(intervals: readonly Interval[], window: Interval, column: number, mark: string): string {
  return Array.from({ length: WIDTH }, (_, cell) => {
    const start = window.start + cell * column
    return intervals.some((interval) => interval.start < start + column && interval.end > start) ? mark : ' '
  }).join('')
}

function time(ms: number): string {
  return Math.abs(ms) < 10_000
    ? `${Math.abs(ms) < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`
    : `${(ms / 1000).toFixed(1)} s`
}
