// What users of Beast include anyway, precompiled once.
#pragma once

#include "pch_asio.hpp"

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
