/// The page in a real browser, as people see it: Debian's Chromium, driven by Selenium. A short
/// suite also runs in Debian's Firefox and WebKitGTK.
///
/// Selenium and not Playwright, which brings a browser of its own and 200 MB with it. Selenium is
/// told where Debian's browser and driver are, and so looks for none and downloads none.
@NullMarked
package dev.tertulia.server.browser;

import org.jspecify.annotations.NullMarked;
