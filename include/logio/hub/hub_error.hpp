/// What the hub module refuses, and when.
#pragma once

#include <type_traits>

#include "logio/base/result.hpp"

namespace logio::hub {

enum class hub_error {
  too_many_topics = 1,  ///< topic_table::open(): `topics_max` live topics, none of them idle
};

error_code make_error_code(hub_error e) noexcept;

}  // namespace logio::hub

template <>
struct boost::system::is_error_code_enum<logio::hub::hub_error> : std::true_type {};
