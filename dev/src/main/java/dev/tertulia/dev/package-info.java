/// The loop that `./tertulia dev` runs: compiles what has changed in the server, and starts it
/// again. The JDK alone runs it, from these sources.
package dev.tertulia.dev;
