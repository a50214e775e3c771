import { alias, inBlock, integer, type Keyword, native, word } from '../keyword.ts'

/** How the daemon tells of itself, in global_defs. */
export const OBSERVATION: readonly Keyword[] = inBlock('global_defs', [
  native('state_dump_file', [word], {
    en: 'File that SIGUSR1 writes; default /tmp/keepalived.data',
    zh: 'SIGUSR1 写入的文件，默认 /tmp/keepalived.data',
  }),
  native('stats_dump_file', [word], {
    en: 'File that SIGUSR2 writes; default /tmp/keepalived.stats',
    zh: 'SIGUSR2 写入的文件，默认 /tmp/keepalived.stats',
  }),
  native('json_dump_file', [word], {
    en: 'File that SIGJSON (36) writes; default /tmp/keepalived.json',
    zh: 'SIGJSON（36）写入的文件，默认 /tmp/keepalived.json',
  }),
  ...['state', 'stats', 'json'].map((what) =>
    alias(`${what}_file_location`, `${what}_dump_file`, {
      en: "so keepalived's manual calls it; keepalived itself does not know that name",
      zh: 'keepalived 手册中的写法；keepalived 程序本身并不认识',
    }),
  ),
  native(
    'metrics_port',
    [integer(0, 65535)],
    {
      en: 'Port on 127.0.0.1 that Prometheus may ask for /metrics (mmha); 0: none',
      zh: '127.0.0.1 上供 Prometheus 抓取 /metrics 的端口（mmha 扩展），0 表示关闭',
    },
    { default: 0 },
  ),
  native('metrics_file', [word], {
    en: 'File in the format of Prometheus’ textfile collector, written every 15 s (mmha)',
    zh: '供 Prometheus textfile collector 读取的文件，每 15 秒写一次（mmha 扩展）',
  }),
])
