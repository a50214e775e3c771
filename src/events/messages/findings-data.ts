import { messages } from '../message.ts'

/** Of findings: why two servers can't be joined as they are, with what they hold, and what to do. */
export const dataFindings = messages({
  'finding.data': {
    en: 'only {full} holds data, and replication would not bring it to {bare} ({held})',
    zh: '只有 {full} 有数据，而复制不会把它们带到 {bare}（{held}）',
  },
  'finding.data.behind': {
    en: "{late} lacks transactions of {ahead}, and they were no pair of mmha's before ({held})",
    zh: '{late} 缺少 {ahead} 的事务，而它们此前不是 mmha 的主备对（{held}）',
  },
  'finding.data.diverged': {
    en: 'both hosts have transactions that the other lacks, and joining them would lose some ({held})',
    zh: '两个节点各有对端所缺的事务，合并会丢失其中一部分（{held}）',
  },
  'finding.data.unrelated': {
    en: 'the hosts hold different data with no history in common, and joining them would mix it ({held})',
    zh: '两个节点的数据不同且没有共同的历史，合并会混淆数据（{held}）',
  },
  'finding.data.unlogged': {
    en: 'the hosts hold data of which their GTIDs do not tell: nothing says that it is the same ({held})',
    zh: '两个节点上有 GTID 未涵盖的数据：无从证明两边相同（{held}）',
  },
  'finding.data.let.do': {
    en: 'let {late} replicate from {ahead} until they are equal, or copy {from} onto {onto} ({command}), then run this again',
    zh: '请让 {late} 从 {ahead} 复制，直到两边一致；或者把 {from} 的数据复制到 {onto}（{command}），然后再次运行',
  },
  'finding.data.choose.do': {
    en: "decide whose data stays, save the other's, and copy it over (--seed-from HOST --overwrite HOST), then run this again",
    zh: '请决定保留哪一边的数据，保存另一边的数据，再复制过去（--seed-from 主机 --overwrite 主机），然后再次运行',
  },
  'finding.data.log.do': {
    en: "switch on log_bin (MySQL: gtid_mode too), decide whose data stays, save the other's, and copy it over (--seed-from HOST --overwrite HOST), then run this again",
    zh: '请打开 log_bin（MySQL 还要打开 gtid_mode），决定保留哪一边的数据，保存另一边的数据，再复制过去（--seed-from 主机 --overwrite 主机），然后再次运行',
  },
  'finding.data.do': {
    en: 'copy {from} onto {onto} ({command}), then run this again',
    zh: '请把 {from} 的数据复制到 {onto}（{command}），然后再次运行',
  },
})
