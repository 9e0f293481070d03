/// A publisher as the environment says: the one call that an application makes.
///
///     auto log = logio::client::from_environment();
///     log.add("hello");
///
/// Without LOGIO_URL it publishes nothing. With one that is unusable it says so in one line on
/// stderr, `logio: LOGIO_URL: WHAT; REMEDY; nothing is published`, and publishes nothing: an
/// application works the same without its logs. A key of the query that is not known costs a line,
/// too, and nothing else. With LOGIO_DEBUG=1 the publisher tells on stderr what it does (connected,
/// away, back, dropped, refused, forked), never a line for each record; otherwise it is silent.
///
/// Its thread starts with the first line, so that a program that prints no line has none. Its end
/// sends what is left, for up to 5 s. So does SIGTERM, if nobody handles it when the first line is
/// published; the process ends of the signal all the same, and of a second one at once.
/// LOGIO_SIGTERM=0 leaves SIGTERM alone. Other signals that end the process end it at once.
///
/// Thread safety:  reads the environment, which nobody may change meanwhile.
/// Source:         README, "Publish".
#pragma once

#include "logio/client/publisher.hpp"

namespace logio::client {

publisher from_environment();

}  // namespace logio::client
