#include "sink_clients.hpp"

#include <utility>

#include "logio/sink/elasticsearch_client.hpp"
#include "logio/sink/file_client.hpp"
#include "logio/sink/gelf_client.hpp"
#include "logio/sink/kafka_client.hpp"
#include "logio/sink/logio_client.hpp"
#include "logio/sink/memory_client.hpp"
#include "logio/sink/syslog_client.hpp"
#include "logio/wire/gelf_encoder.hpp"

namespace logio::app {

std::unique_ptr<sink::client> make_sink_client(const sink::sink_options& options,
                                               const std::string& hub_host,
                                               std::uint64_t epoch, const std::string& folder,
                                               std::string& why) {
  const std::string host = hub_host.empty() ? "localhost" : hub_host;
  switch (options.kind) {
    case sink::kind::in_memory:
      return std::make_unique<sink::memory_client>(options.max_length, options.queue_bytes);
    case sink::kind::syslog:
      return sink::make_syslog_client(options);
    case sink::kind::gelf:
      return sink::make_gelf_client(options, host);
    case sink::kind::file:
      return std::make_unique<sink::file_client>(options, folder);
    case sink::kind::kafka: {
      auto made = sink::make_kafka_client(
          options, [gelf = wire::gelf_encoder(host)](const sink::item& i, std::string& out) {
            gelf.append(out, i.record, *i.topic);
          });
      why = std::move(made.error);
      return std::move(made.client);
    }
    case sink::kind::elasticsearch: {
      auto made = sink::make_elasticsearch_client(options);
      why = std::move(made.error);
      return std::move(made.client);
    }
    case sink::kind::logio:
      return sink::make_logio_client(options, epoch);
  }
  return nullptr;
}

}  // namespace logio::app
