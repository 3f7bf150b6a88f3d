/// What is recorded for operators about who got in, who did not, and what was done: see
/// [dev.tertulia.server.audit.AuditLog].
@NullMarked
package dev.tertulia.server.audit;

import org.jspecify.annotations.NullMarked;
