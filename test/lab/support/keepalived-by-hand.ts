/** keepalived.conf as the wiki page has it. @param more lines of the instance */
export function keepalivedByHand(vip: string, priority: number, more = ''): string {
  return `! Configuration File for keepalived
global_defs {
   router_id MySQL-HA
}
vrrp_instance VI_1 {
    state BACKUP
    interface host0
    virtual_router_id 51
    priority ${priority}
    advert_int 1
    nopreempt
    authentication {
        auth_type PASS
        auth_pass 1111
    }
    virtual_ipaddress {
        ${vip}/24
    }
${more}}
`
}
