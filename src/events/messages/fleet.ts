import { messages } from '../message.ts'

/** What a command says that goes over several pairs. */
export const fleet = messages({
  'fleet.pair': { en: 'pair', zh: '主备对' },
  'fleet.host': { en: 'host', zh: '主机' },
  'fleet.time': { en: 'time', zh: '用时' },
  'fleet.failed': { en: '{pair}: {why} ({code}, exit {exit})', zh: '{pair}：{why}（{code}，退出码 {exit}）' },
  'fleet.done': {
    en: '{well} of {all} pairs done, {seconds} s',
    zh: '{all} 对主机中 {well} 对完成，用时 {seconds} 秒',
  },
  'fleet.whole': {
    en: '{well} of {all} pairs are whole, {seconds} s',
    zh: '{all} 对主机中 {well} 对完整，用时 {seconds} 秒',
  },
  'fleet.free': {
    en: 'nothing blocks {well} of {all} pairs, {seconds} s',
    zh: '{all} 对主机中 {well} 对没有阻碍，用时 {seconds} 秒',
  },
  'fleet.pair-whole': {
    en: 'on {holder}, whole: either host may be lost',
    zh: '在 {holder} 上，完整：可承受任意一台主机丢失',
  },
  'fleet.not-begun': { en: 'interrupted: it was not begun', zh: '已中断：尚未开始' },
  'fleet.again': {
    en: 'run the same command again: it goes on where this one stopped',
    zh: '重新运行同一命令：会从中断处继续',
  },
  'fleet.one-pair': {
    en: '{flag} is for one pair, and {file} has {count}: {pairs}',
    zh: '{flag} 只能用于一个主备对，而 {file} 中有 {count} 个：{pairs}',
  },
  'fleet.teardown': {
    en: '{file} has {count} pairs, and teardown takes only pairs that are named, each whole: {pairs}',
    zh: '{file} 中有 {count} 个主备对，而 teardown 只拆除明确指定的主备对，且每个都是整个拆除：{pairs}',
  },
  'fleet.verify': {
    en: '{file} has {count} pairs, and verify breaks only pairs that are named, one after the other: {pairs}',
    zh: '{file} 中有 {count} 个主备对，而 verify 只对明确指定的主备对制造故障，逐个进行：{pairs}',
  },
  'fleet.verified': {
    en: '{well} of {all} pairs passed, {seconds} s',
    zh: '{all} 对主机中 {well} 对通过演练，用时 {seconds} 秒',
  },
  'fleet.limit-alone': {
    en: '--limit chooses of several pairs, and {file} is of one',
    zh: '--limit 用于从多个主备对中选择，而 {file} 只有一个主备对',
  },
  'fleet.teardown.do': { en: 'name them: --limit {pair}', zh: '请指定：--limit {pair}' },
  'fleet.limit-one': {
    en: '--limit chooses of several pairs, and {file} is of one, which is taken down whole',
    zh: '--limit 用于从多个主备对中选择，而 {file} 只有一个主备对，且总是整个拆除',
  },
  'fleet.limit-one.do': { en: 'leave it out', zh: '请去掉它' },
  'fleet.no-run': {
    en: 'no host of these pairs knows of a run {run}',
    zh: '这些主备对的节点上都没有运行 {run} 的记录',
  },
  'fleet.no-run.do': { en: 'see `mmha runs {file}`', zh: '请查看 `mmha runs {file}`' },
  'fleet.two-runs': {
    en: 'several pairs know of a run {run}: {pairs}',
    zh: '有多个主备对都有运行 {run} 的记录：{pairs}',
  },
  'fleet.run-of': { en: 'the run {run} is of {pair}', zh: '运行 {run} 属于 {pair}' },
  'fleet.say-which': { en: 'say which: --pair {pair}', zh: '请指定其中一个：--pair {pair}' },
  'fleet.vrid': {
    en: "the VRRP router id {id} is that of {other}, too, in the same network: each would take the other's adverts for its peer's",
    zh: 'VRRP 路由器 ID {id} 与同一网络中的 {other} 相同：两边都会把另一边的通告当作自己对端的通告',
  },
  'fleet.vrid.do': {
    en: 'give one of them another: `virtualRouterId: {free}` under vrrp, or mode: unicast to both',
    zh: '给其中一个换一个值：在 vrrp 下写 `virtualRouterId: {free}`，或两个都设 mode: unicast',
  },
})
