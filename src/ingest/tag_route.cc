#include "ingest/tag_route.h"

#include <mutex>

namespace bedplate {
namespace {

constexpr std::size_t kMaxRoutes = 1'000'000;

}  // namespace

std::uint64_t TagRoutes::Epoch() const {
  const std::shared_lock lock(mutex_);
  return epoch_;
}

Result<std::shared_ptr<const TagRoute>> TagRoutes::Find(const std::string& path) {
  std::uint64_t epoch = 0;
  {
    const std::shared_lock lock(mutex_);
    if (const auto known = routes_.find(path); known != routes_.end()) return known->second;
    epoch = epoch_;
  }
  ASSIGN_OR_RETURN(auto route, Load(path));
  Remember(path, epoch, route);
  return route;
}

Result<std::shared_ptr<const TagRoute>> TagRoutes::Create(const std::string& path, ValueType type) {
  const std::uint64_t epoch = Epoch();
  ASSIGN_OR_RETURN(const TagId id, historian_.Resolve(path, type));
  ASSIGN_OR_RETURN(const auto old, Find(path));
  auto route = std::make_shared<TagRoute>(*old);
  route->id = id;
  route->type = type;
  Remember(path, epoch, route);
  return std::shared_ptr<const TagRoute>(std::move(route));
}

Result<std::shared_ptr<const TagRoute>> TagRoutes::Load(const std::string& path) {
  auto route = std::make_shared<TagRoute>();
  ASSIGN_OR_RETURN(route->tag, catalog_.plant().FindTag(path));
  if (const auto series = historian_.Find(path); series && series->samples > 0) {
    route->id = series->id;
    route->type = series->type;
  }
  if (route->declared() && route->type != route->tag->type) {
    // Either there is no series yet, or Create will report the conflict.
    route->type = route->tag->type;
    route->id.reset();
  }
  if (!route->tag && !route->id) {
    ASSIGN_OR_RETURN(route->is_asset, catalog_.plant().HasAsset(path));
  }
  return std::shared_ptr<const TagRoute>(std::move(route));
}

/// Unless something was forgotten since `epoch`: then the route may be of the old plant.
void TagRoutes::Remember(const std::string& path, std::uint64_t epoch,
                         std::shared_ptr<const TagRoute> route) {
  const std::unique_lock lock(mutex_);
  if (epoch != epoch_) return;
  if (routes_.size() >= kMaxRoutes) routes_.clear();
  routes_[path] = std::move(route);
}

void TagRoutes::Forget(const std::string& path) {
  const std::unique_lock lock(mutex_);
  routes_.erase(path);
  ++epoch_;
}

void TagRoutes::ForgetAll() {
  const std::unique_lock lock(mutex_);
  routes_.clear();
  ++epoch_;
}

}  // namespace bedplate
