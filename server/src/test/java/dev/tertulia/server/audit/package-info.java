/// Tests of the records for operators.
@NullMarked
package dev.tertulia.server.audit;

import org.jspecify.annotations.NullMarked;
