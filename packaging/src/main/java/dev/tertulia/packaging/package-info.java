/// Makes what operators install from a build of the server: an archive with its own Java runtime, a
/// package for Debian, and an image for containers. `./tertulia package` runs it from its sources,
/// so it has no library but the JDK.
///
/// What it writes depends on the build, the JDK and the date of the commit alone: everything has
/// that date, belongs to root, and is in the order of names.
package dev.tertulia.packaging;
