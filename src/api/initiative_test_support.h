#pragma once

namespace bedplate {

/// A plant with an initiative that can be judged once acme/energy is written, one whose tag has no
/// samples and one that cannot be measured.
inline constexpr const char* kInitiativePlant = R"(format: bedplate/plant/1
assets:
  acme:
    level: enterprise
    currency: EUR
    time_zone: Atlantic/Reykjavik
    tags:
      energy: {type: double, unit: kWh, interval: 1h, limits: {low_low: 0, high_high: 1000}}
      output: {type: double, unit: t}
      recipe: {type: string}
      temperature: {type: double, unit: degC}
initiatives:
  heat-recovery:
    title: Heat recovery
    scope: acme
    status: scaled
    owners: {business: Plant manager, finance: Controller}
    kpi: {tag: acme/energy, aggregate: sum, direction: decrease, unit: kWh}
    unit_value: {amount: 0.2, currency: EUR, per: kWh}
    granularity: 1d
    baseline: {from: 2016-09-01, to: 2017-09-01}
    reporting: {from: 2017-09-01, to: 2018-01-01}
    drivers:
      - calendar: day-of-week
    expected: {low: 3, likely: 5, high: 8, unit: percent, per: year}
    costs:
      - {date: 2017-08-01, amount: 1000, what: Exchanger}
      - {date: 2017-09-01, amount: 100, what: Service, kind: yearly}
    discount_rate: 0.08
    horizon_years: 5
  without-data:
    title: Without data
    scope: acme
    kpi: {tag: acme/output, aggregate: sum, direction: increase, unit: t}
    unit_value: {amount: 300, currency: EUR, per: t}
    granularity: 1d
    baseline: {from: 2017-05-01, to: 2017-09-01}
    reporting: {from: 2017-09-01, to: 2018-01-01}
    discount_rate: 0.08
    horizon_years: 5
  wrong-unit:
    title: In a unit that does not convert
    scope: acme
    kpi: {tag: acme/temperature, aggregate: sum, direction: decrease, unit: kWh}
    unit_value: {amount: 0.2, currency: EUR, per: kWh}
    granularity: 1d
    baseline: {from: 2017-05-01, to: 2017-09-01}
    reporting: {from: 2017-09-01, to: 2018-01-01}
    discount_rate: 0.08
    horizon_years: 5
)";

}  // namespace bedplate
