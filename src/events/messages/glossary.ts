/**
 * The words of the field, one for each thing, as docs/keepalived-conf.zh.md has them. Who translates takes these and no
 * others; a test holds the registry against `not`, the usual words that mean something else or that we do not use.
 */
export interface Term {
  readonly en: string
  readonly zh: string
  readonly not: readonly string[]
}

export const GLOSSARY: readonly Term[] = [
  { en: 'holder (of the VIP)', zh: '持有者', not: ['持有人', '拥有者'] },
  { en: 'standby', zh: '备库', not: ['从库', '备机', '从机', '待机'] },
  { en: 'virtual IP, VIP, address', zh: '虚拟 IP (VIP)', not: ['虚IP', '虚拟IP', '浮动 IP', '漂移 IP'] },
  { en: 'master, one of the two hosts of a pair', zh: '节点', not: ['结点', '主节点'] },
  { en: 'pair', zh: '主备对', not: ['一对主机', '双机'] },
  { en: 'peer', zh: '对端', not: ['对等方', '对方'] },
  { en: 'replication', zh: '复制', not: ['主从同步', '主从复制'] },
  { en: 'semi-synchronous replication', zh: '半同步', not: ['半同步化'] },
  { en: 'failover', zh: '故障切换', not: ['故障转移'] },
  { en: 'switchover', zh: '计划内切换', not: ['手动切换', '主动切换'] },
  { en: 'take over', zh: '接管', not: ['抢占 VIP'] },
  { en: 'promote by force', zh: '强制提升', not: ['强制升级', '提权'] },
  { en: 'rollback of a run', zh: '回滚', not: ['回退', '撤回'] },
  { en: 'quarantine', zh: '隔离', not: ['检疫'] },
  { en: 'rejoin', zh: '重新加入', not: ['重加入'] },
  { en: 'reseed, copy of the data', zh: '重建数据', not: ['播种', '重新播种'] },
  { en: 'transaction', zh: '事务', not: ['交易'] },
  { en: 'binary log', zh: 'binlog', not: ['二进制日志'] },
  { en: 'failover drill', zh: '故障演练', not: ['钻'] },
  { en: 'fault', zh: '故障', not: ['断层'] },
  { en: 'acknowledged (write)', zh: '已确认', not: ['已承认'] },
  { en: 'inventory', zh: '清单', not: ['库存', '资产'] },
  { en: 'provision', zh: '部署', not: ['供应', '置备'] },
  { en: 'playbook', zh: 'playbook', not: ['剧本'] },
  { en: 'task, step', zh: '任务、步骤', not: ['工序'] },
  { en: 'host key', zh: '主机密钥', not: ['主机钥匙', '主机秘钥'] },
  { en: 'daemon', zh: '守护进程', not: ['精灵进程', '后台程序'] },
  { en: 'whole (either host may be lost)', zh: '完整', not: ['健全'] },
  { en: 'lag, behind', zh: '落后', not: ['滞后'] },
  { en: 'interface', zh: '网卡', not: ['接口卡', '网口'] },
]
