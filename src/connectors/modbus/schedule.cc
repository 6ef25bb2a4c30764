#include "connectors/modbus/schedule.h"

#include <algorithm>

#include "base/check.h"

namespace bedplate::modbus {

void Schedule::Add(Time first, Time interval) {
  BEDPLATE_CHECK(interval.count() > 0);
  due_.emplace(first, tasks_.size());
  tasks_.push_back({interval, first});
}

Schedule::Moment Schedule::Next() const {
  BEDPLATE_CHECK(!due_.empty());
  return {due_.begin()->first, due_.begin()->second};
}

std::uint64_t Schedule::Begin(std::size_t task, Time now) {
  const auto [interval, due] = tasks_[task];
  const std::int64_t missed = std::max(now - due, Time(0)) / interval;
  MoveTo(task, due + (missed + 1) * interval);
  return static_cast<std::uint64_t>(missed);
}

void Schedule::Hurry(std::size_t task, Time now) { MoveTo(task, now); }

void Schedule::MoveTo(std::size_t task, Time due) {
  due_.erase({tasks_[task].due, task});
  due_.emplace(due, task);
  tasks_[task].due = due;
}

}  // namespace bedplate::modbus
