#include "ingest/tag_route.h"

#include <mutex>

namespace bedplate {
namespace {

constexpr std::size_t kMaxRoutes = 1'000'000;

std::uint64_t NextNumber() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

}  // namespace

TagRoutes::TagRoutes(Historian& historian, Catalog& catalog)
    : historian_(historian), catalog_(catalog), number_(NextNumber()) {}

bool TagRoutes::IsCurrent(const RouteMemo& memo) const {
  return memo.route != nullptr && memo.route->keeper == number_ &&
         memo.route->epoch == epoch_.load(std::memory_order_acquire);
}

Result<std::shared_ptr<const TagRoute>> TagRoutes::Find(const std::string& path) {
  const std::uint64_t epoch = epoch_.load();
  std::optional<TagRoute> renewed;
  {
    const std::shared_lock lock(mutex_);
    const auto known = routes_.find(path);
    if (known != routes_.end() && known->second->epoch == epoch) return known->second;
    if (known != routes_.end()) renewed = *known->second;
  }
  // Another path was forgotten; this one is as it was, and memos of it are to be good again.
  if (renewed) return Remember(path, epoch, *std::move(renewed));
  ASSIGN_OR_RETURN(std::vector<PathOwner> owners, catalog_.plant().FindPaths({&path, 1}));
  return Remember(path, epoch, RouteOf(path, std::move(owners[0])));
}

Status TagRoutes::LookUp(std::span<const std::string* const> paths) {
  const std::uint64_t epoch = epoch_.load();
  std::vector<std::string> unknown;
  {
    const std::shared_lock lock(mutex_);
    for (const std::string* const path : paths) {
      if (!routes_.contains(*path)) unknown.push_back(*path);
    }
  }
  std::erase_if(unknown, [](const std::string& path) { return !CheckPath(path).ok(); });
  if (unknown.empty()) return {};
  ASSIGN_OR_RETURN(std::vector<PathOwner> owners, catalog_.plant().FindPaths(unknown));
  for (std::size_t i = 0; i < unknown.size(); ++i) {
    Remember(unknown[i], epoch, RouteOf(unknown[i], std::move(owners[i])));
  }
  return {};
}

Result<std::shared_ptr<const TagRoute>> TagRoutes::Create(const std::string& path, ValueType type) {
  const std::uint64_t epoch = epoch_.load();
  ASSIGN_OR_RETURN(const TagId id, historian_.Resolve(path, type));
  ASSIGN_OR_RETURN(const auto old, Find(path));
  TagRoute route = *old;
  route.id = id;
  route.type = type;
  return Remember(path, epoch, std::move(route));
}

Status TagRoutes::Note(std::span<const Tag> tags) {
  const std::lock_guard one_at_a_time(note_mutex_);
  const std::uint64_t epoch = epoch_.load();
  std::vector<Tag> unknown;
  for (const Tag& tag : tags) {
    ASSIGN_OR_RETURN(const auto route, Find(tag.path));
    if (!route->tag) unknown.push_back(tag);
  }
  RETURN_IF_ERROR(catalog_.plant().NoteWrittenTags(unknown));
  for (Tag& tag : unknown) {
    ASSIGN_OR_RETURN(const auto old, Find(tag.path));
    TagRoute route = *old;
    const std::string path = tag.path;
    if (!route.tag) route.tag = std::move(tag);
    Remember(path, epoch, std::move(route));
  }
  return {};
}

TagRoute TagRoutes::RouteOf(const std::string& path, PathOwner owner) const {
  TagRoute route;
  route.tag = std::move(owner.tag);
  if (const auto series = historian_.Find(path); series && series->samples > 0) {
    route.id = series->id;
    route.type = series->type;
  }
  if (route.declared() && route.type != route.tag->type) {
    // Either there is no series yet, or Create will report the conflict.
    route.type = route.tag->type;
    route.id.reset();
  }
  route.is_asset = !route.tag && !route.id && owner.is_asset;
  return route;
}

/// Unless something was forgotten since `epoch`: then the route may be of the old plant.
std::shared_ptr<const TagRoute> TagRoutes::Remember(const std::string& path, std::uint64_t epoch,
                                                    TagRoute route) {
  route.keeper = number_;
  route.epoch = epoch;
  auto shared = std::make_shared<const TagRoute>(std::move(route));
  const std::unique_lock lock(mutex_);
  if (epoch != epoch_) return shared;
  if (routes_.size() >= kMaxRoutes) routes_.clear();
  routes_[path] = shared;
  return shared;
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
