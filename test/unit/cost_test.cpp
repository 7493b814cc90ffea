#include "core/cost.hpp"

#include <gtest/gtest.h>

#include "values.hpp"

namespace pitstop::test {

namespace {

using Text = std::optional<const char *>;

constexpr Text no_price;
constexpr Text no_fee;

ChargeFacts charged(Text added, Text used)
{
    ChargeFacts facts;
    if (added)
        facts.energy_added = decimal(*added);
    if (used)
        facts.energy_used = decimal(*used);
    facts.duration_min = 90;
    return facts;
}

ChargeFacts at_charger(const char *fast_charger_type)
{
    ChargeFacts facts = charged("10.00", "11");
    facts.fast_charger_type = fast_charger_type;
    return facts;
}

Tariff tariff(Tariff::Billing billing, Text price, Text fee)
{
    Tariff result;
    result.geofence_id = 5;
    result.billing = billing;
    if (price)
        result.cost_per_unit = decimal(*price);
    if (fee)
        result.session_fee = decimal(*fee);
    return result;
}

Tariff per_kwh(Text price, Text fee)
{
    return tariff(Tariff::Billing::per_kwh, price, fee);
}

Tariff per_minute(Text price, Text fee)
{
    return tariff(Tariff::Billing::per_minute, price, fee);
}

std::string cost(const ChargeFacts &facts, const std::optional<Tariff> &asked, bool free_supercharging = false)
{
    const auto result = charge_cost(12, facts, free_supercharging, asked);
    return result ? result->text() : "NULL";
}

constexpr bool free_supercharging = true;

}  // namespace

TEST(The_cost_of_a_charge, is_unknown_without_a_geofence)
{
    EXPECT_EQ(cost(charged("10.00", "11"), std::nullopt), "NULL");
}

TEST(The_cost_of_a_charge, is_nothing_at_a_Supercharger_for_a_car_with_free_supercharging)
{
    EXPECT_EQ(cost(at_charger("Tesla"), per_kwh("0.50", "2.00"), free_supercharging), "0");
}

TEST(The_cost_of_a_charge, is_nothing_at_every_type_that_starts_with_Tesla)
{
    EXPECT_EQ(cost(at_charger("TeslaCombo"), per_kwh("0.50", no_fee), free_supercharging), "0");
}

TEST(The_cost_of_a_charge, is_nothing_at_a_Supercharger_without_a_geofence)
{
    EXPECT_EQ(cost(at_charger("Tesla"), std::nullopt, free_supercharging), "0");
}

TEST(The_cost_of_a_charge, is_nothing_at_a_Supercharger_that_has_no_price_per_minute)
{
    EXPECT_EQ(cost(at_charger("Tesla"), per_minute(no_price, no_fee), free_supercharging), "0");
}

TEST(The_cost_of_a_charge, is_asked_at_a_Supercharger_from_a_car_that_pays)
{
    EXPECT_EQ(cost(at_charger("Tesla"), per_kwh("0.50", no_fee)), "5.50");
}

TEST(The_cost_of_a_charge, is_asked_where_the_type_is_written_in_small_letters)
{
    EXPECT_EQ(cost(at_charger("tesla"), per_kwh("0.50", no_fee), free_supercharging), "5.50");
}

TEST(The_cost_of_a_charge, is_asked_where_Tesla_is_not_at_the_start)
{
    EXPECT_EQ(cost(at_charger("MCTesla"), per_kwh("0.50", no_fee), free_supercharging), "5.50");
}

TEST(The_cost_of_a_charge, is_asked_where_only_the_start_of_Tesla_is_there)
{
    EXPECT_EQ(cost(at_charger("Tesl"), per_kwh("0.50", no_fee), free_supercharging), "5.50");
}

TEST(The_cost_of_a_charge, is_asked_at_another_type_of_that_letter)
{
    EXPECT_EQ(cost(at_charger("Type 2"), per_kwh("0.50", no_fee), free_supercharging), "5.50");
}

TEST(The_cost_of_a_charge, is_asked_where_the_type_is_empty)
{
    EXPECT_EQ(cost(at_charger(""), per_kwh("0.50", no_fee), free_supercharging), "5.50");
}

TEST(The_cost_of_a_charge, is_asked_where_the_type_is_unknown)
{
    EXPECT_EQ(cost(charged("10.00", "11"), per_kwh("0.50", no_fee), free_supercharging), "5.50");
}

TEST(The_cost_per_kWh, is_that_of_the_energy_used_when_it_is_more_than_what_was_added)
{
    EXPECT_EQ(cost(charged("10.00", "11"), per_kwh("0.50", "1.00")), "6.50");
}

TEST(The_cost_per_kWh, is_that_of_the_energy_added_when_it_is_more_than_what_was_used)
{
    EXPECT_EQ(cost(charged("12.00", "11"), per_kwh("0.50", "1.00")), "7.0000");
}

TEST(The_cost_per_kWh, is_that_of_the_energy_added_when_the_use_is_unknown)
{
    EXPECT_EQ(cost(charged("12.00", std::nullopt), per_kwh("0.50", no_fee)), "6.0000");
}

TEST(The_cost_per_kWh, is_that_of_the_energy_used_when_what_was_added_is_unknown)
{
    EXPECT_EQ(cost(charged(std::nullopt, "11"), per_kwh("0.50", no_fee)), "5.50");
}

TEST(The_cost_per_kWh, is_unknown_without_any_energy_even_with_a_fee)
{
    EXPECT_EQ(cost(charged(std::nullopt, std::nullopt), per_kwh("0.50", "1.00")), "NULL");
}

TEST(The_cost_per_kWh, takes_the_energy_used_unrounded)
{
    EXPECT_EQ(cost(charged("3.33", "3.33333333333333"), per_kwh("0.3", no_fee)), "0.999999999999999");
}

TEST(The_cost_per_kWh, is_unknown_without_price_and_fee)
{
    EXPECT_EQ(cost(charged("10.00", "11"), per_kwh(no_price, no_fee)), "NULL");
}

TEST(The_cost_per_kWh, is_the_fee_when_there_is_no_price)
{
    EXPECT_EQ(cost(charged("10.00", "11"), per_kwh(no_price, "1.50")), "1.50");
}

TEST(The_cost_per_kWh, is_without_a_fee_when_there_is_none)
{
    EXPECT_EQ(cost(charged("10.00", "11"), per_kwh("0.25", no_fee)), "2.75");
}

TEST(The_cost_per_kWh, is_negative_where_the_price_is)
{
    EXPECT_EQ(cost(charged("10.00", "11"), per_kwh("-0.10", "0.50")), "-0.60");
}

TEST(The_cost_per_kWh, is_nothing_where_the_price_is_nothing)
{
    EXPECT_EQ(cost(charged("10.00", "11"), per_kwh("0.00", no_fee)), "0.00");
}

TEST(The_cost_per_kWh, can_be_computed_for_the_smallest_energy_and_the_largest_fee)
{
    const auto result =
        charge_cost(12, charged("0.00", "2.77777777777778e-13"), false, per_kwh("9999.9999", "99999999.99"));
    ASSERT_TRUE(result);
    EXPECT_EQ(result->rounded(2).text(), "99999999.99");
}

TEST(The_cost_per_kWh, can_be_computed_for_the_largest_energy_and_price)
{
    const auto result = charge_cost(12, charged("0.00", "999999.999999999"), false, per_kwh("9999.9999", "9999.99"));
    ASSERT_TRUE(result);
    EXPECT_EQ(result->rounded(2).text(), "10000009899.99");
}

TEST(The_cost_per_minute, is_duration_times_price_plus_fee)
{
    EXPECT_EQ(cost(charged("10.00", "11"), per_minute("0.10", "2.00")), "11.00");
}

TEST(The_cost_per_minute, is_without_a_fee_when_there_is_none)
{
    EXPECT_EQ(cost(charged("10.00", "11"), per_minute("0.10", no_fee)), "9.00");
}

TEST(The_cost_per_minute, does_not_ask_for_energy)
{
    EXPECT_EQ(cost(charged(std::nullopt, std::nullopt), per_minute("0.10", no_fee)), "9.00");
}

TEST(The_cost_per_minute, is_negative_where_the_price_is)
{
    EXPECT_EQ(cost(charged("10.00", "11"), per_minute("-0.10", no_fee)), "-9.00");
}

TEST(The_cost_per_minute, cannot_be_computed_without_a_price)
{
    const auto error = error_of([] { cost(charged("10.00", "11"), per_minute(no_price, no_fee)); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind(), DomainError::Kind::wrong_state);
}

TEST(The_cost_per_minute, cannot_be_computed_from_a_fee_alone)
{
    const auto error = error_of([] { cost(charged("10.00", "11"), per_minute(no_price, "2.00")); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind(), DomainError::Kind::wrong_state);
}

TEST(The_cost_per_minute, that_cannot_be_computed_names_charge_and_geofence)
{
    const auto error = error_of([] { cost(charged("10.00", "11"), per_minute(no_price, no_fee)); });
    ASSERT_TRUE(error);
    EXPECT_STREQ(error->what(), "charging process 12 is billed per minute, but geofence 5 has no price");
}

TEST(The_cost_per_minute, that_cannot_be_computed_comes_with_a_hint)
{
    const auto error = error_of([] { cost(charged("10.00", "11"), per_minute(no_price, no_fee)); });
    ASSERT_TRUE(error);
    EXPECT_FALSE(error->hint().empty());
}

}  // namespace pitstop::test
