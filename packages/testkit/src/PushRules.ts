/**
 * Who is notified of what (specification v1.19, "Push rules"): nobody, of anything. The fake pushes nothing and counts no
 * unread messages, so the master switch is on and no other rule is there.
 */
import type { Content } from "./rules/Event.ts"

export const content: Content = {
  global: {
    override: [{ rule_id: ".m.rule.master", default: true, enabled: true, conditions: [], actions: [] }],
    content: [],
    room: [],
    sender: [],
    underride: []
  }
}
