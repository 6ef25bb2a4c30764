#include "connectors/modbus/modbus_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "connectors/modbus/poller.h"

namespace bedplate::modbus {
namespace {

namespace asio = boost::asio;

asio::awaitable<void> RunPoller(std::unique_ptr<Poller> poller) { co_await poller->Run(); }

void Rethrow(const std::exception_ptr& thrown) {
  if (thrown) std::rethrow_exception(thrown);
}

/// One run of a source: a poller for each endpoint, all on one thread.
class Polling {
 public:
  Polling(const SourceContext& context, std::size_t endpoints)
      : context_(context), failures_(endpoints) {}

  void Add(DeviceReads& reads, ReadingBatcher& batcher, PollCounts& counts,
           std::chrono::nanoseconds timeout) {
    const std::size_t index = added_++;
    PollContext poll{.port = context_.port,
                     .clock = context_.clock,
                     .batcher = batcher,
                     .timeout = timeout,
                     .on_answer = [this, index] { Answered(index); },
                     .on_failure = [this, index](const Error& error) { Failed(index, error); }};
    asio::co_spawn(io_,
                   RunPoller(std::make_unique<Poller>(io_.get_executor(), std::move(poll), reads,
                                                      counts, index)),
                   Rethrow);
  }

  Status Run() {
    const std::stop_callback stop(context_.stop, [this] { io_.stop(); });
    io_.run();
    return ended_;
  }

 private:
  void Answered(std::size_t index) {
    failures_[index].reset();
    if (!std::exchange(is_connected_, true)) context_.port.Connected();
  }

  void Failed(std::size_t index, const Error& error) {
    failures_[index] = error;
    if (!std::ranges::all_of(failures_, [](const auto& failure) { return failure.has_value(); })) {
      return;
    }
    ended_ = failures_.size() == 1
                 ? error
                 : Error(error.code(), fmt::format("none of {} endpoints answers; {}",
                                                   failures_.size(), error.ToString()));
    io_.stop();
  }

  const SourceContext& context_;
  std::size_t added_ = 0;
  std::vector<std::optional<Error>> failures_;  // of each endpoint; none: it answers, or may
  bool is_connected_ = false;
  Status ended_;
  asio::io_context io_{1};  // last: what still waits in it refers to the others
};

}  // namespace

std::unique_ptr<Source> ModbusKind::Configure(const SourceSpec& spec, YamlFaults& faults) const {
  auto settings = ReadModbusSettings(spec, faults);
  if (!settings) return nullptr;
  return std::make_unique<ModbusSource>(*std::move(settings));
}

ModbusSource::ModbusSource(ModbusSettings settings) : timeout_(settings.timeout) {
  devices_.reserve(settings.devices.size());
  for (DeviceSettings& device : settings.devices) {
    devices_.emplace_back(std::move(device), settings.limits);
  }
}

Status ModbusSource::Run(const SourceContext& context) {
  Polling polling(context, devices_.size());
  for (DeviceReads& device : devices_) polling.Add(device, batcher_, counts_, timeout_);
  return polling.Run();
}

}  // namespace bedplate::modbus
