// What unit tests of Asio's users include anyway, precompiled once.
#pragma once

#include "pch_asio.hpp"
#include "pch_test.hpp"
