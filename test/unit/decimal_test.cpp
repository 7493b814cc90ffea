#include "core/decimal.hpp"

#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "values.hpp"

namespace pitstop::test {

namespace {

constexpr int random_numbers = 20'000;

const std::string digits_38(38, '9');

std::string text_of(const char *text)
{
    return decimal(text).text();
}

std::string rounded_text(const char *text, int scale)
{
    return decimal(text).rounded(scale).text();
}

std::string text_of_double(double value)
{
    return Decimal::from_double(value).text();
}

std::string quotient_text(const char *a, const char *b, int scale)
{
    return Decimal::quotient(decimal(a), decimal(b), scale).text();
}

std::string mean_text(std::initializer_list<const char *> values, int scale)
{
    Mean mean;
    for (const char *value : values)
        mean.add(decimal(value));
    return mean.rounded(scale).value().text();
}

}  // namespace

TEST(Reading_a_decimal, keeps_its_places)
{
    EXPECT_EQ(text_of("12.50"), "12.50");
}

TEST(Reading_a_decimal, takes_a_sign)
{
    EXPECT_EQ(text_of("-3"), "-3");
}

TEST(Reading_a_decimal, takes_zeros_before_the_point)
{
    EXPECT_EQ(text_of("0.05"), "0.05");
}

TEST(Reading_a_decimal, moves_the_point_left_by_a_negative_exponent)
{
    EXPECT_EQ(text_of("1.5e-7"), "0.00000015");
}

TEST(Reading_a_decimal, moves_the_point_right_by_an_exponent)
{
    EXPECT_EQ(text_of("1.25e+1"), "12.5");
}

TEST(Reading_a_decimal, fills_up_with_zeros_for_a_large_exponent)
{
    EXPECT_EQ(text_of("1.5E3"), "1500");
}

TEST(Reading_a_decimal, knows_NaN)
{
    EXPECT_TRUE(Decimal::parse("NaN").value().is_nan());
}

TEST(Reading_a_decimal, takes_38_digits)
{
    EXPECT_EQ(Decimal::parse("-" + digits_38).value().text(), "-" + digits_38);
}

TEST(Reading_a_decimal, refuses_39_digits)
{
    EXPECT_FALSE(Decimal::parse("1" + digits_38));
}

TEST(Reading_a_decimal, refuses_39_digits_written_with_an_exponent)
{
    EXPECT_FALSE(Decimal::parse("1e38"));
}

TEST(Reading_a_decimal, takes_38_digits_written_with_an_exponent)
{
    EXPECT_EQ(Decimal::parse("1e37").value().text(), "1" + std::string(37, '0'));
}

TEST(Reading_a_decimal, makes_no_digits_of_zero_with_an_exponent)
{
    EXPECT_EQ(text_of("0e38"), "0");
}

TEST(Reading_a_decimal, does_not_count_leading_zeros_as_digits)
{
    EXPECT_EQ(Decimal::parse(std::string(50, '0') + "7").value().text(), "7");
}

TEST(Reading_a_decimal, does_not_count_zeros_after_the_point_as_digits)
{
    const std::string small = "0." + std::string(45, '0') + "7";
    EXPECT_EQ(Decimal::parse(small).value().text(), small);
}

TEST(Reading_a_decimal, refuses_what_is_no_number)
{
    for (const char *text : {"",    "-",        ".",    "-.",  "--1", "+1", " 1",  "1 ",    "1x",   "1.2.3",
                             "1,5", "Infinity", "-NaN", "nan", "e5",  "1e", "1e+", "1e1.5", "1e5x", "0x10"})
        EXPECT_FALSE(Decimal::parse(text)) << '"' << text << '"';
}

TEST(Reading_a_decimal, refuses_an_exponent_with_two_signs)
{
    EXPECT_FALSE(Decimal::parse("1e+-5"));
}

TEST(Reading_a_decimal, refuses_an_exponent_beyond_reason)
{
    for (const char *text : {"1e99999999999999999999", "1e-99999999999999999999", "0e2000000000", "0e-2000000000"})
        EXPECT_FALSE(Decimal::parse(text)) << text;
}

TEST(Reading_a_decimal, refuses_an_exponent_that_makes_too_many_digits)
{
    EXPECT_FALSE(Decimal::parse("99e37"));
}

TEST(Reading_a_decimal, gives_back_what_was_written)
{
    std::mt19937_64 random(20240507);
    for (int i = 0; i < random_numbers; ++i) {
        const Decimal::Units units = static_cast<Decimal::Units>(static_cast<std::int64_t>(random())) *
                                     static_cast<std::int64_t>(random() % 1'000'000'000);
        const Decimal value(units, static_cast<int>(random() % 40));
        const Decimal again = Decimal::parse(value.text()).value();
        ASSERT_TRUE(again.units() == value.units() && again.scale() == value.scale()) << value.text();
    }
}

TEST(Casting_a_double_to_a_decimal, keeps_15_digits)
{
    EXPECT_EQ(text_of_double(1.0 / 3.0), "0.333333333333333");
}

TEST(Casting_a_double_to_a_decimal, rounds_the_15th_digit)
{
    EXPECT_EQ(text_of_double(2.0 / 3.0), "0.666666666666667");
}

TEST(Casting_a_double_to_a_decimal, hides_the_noise_of_binary_sums)
{
    EXPECT_EQ(text_of_double(0.1 + 0.2), "0.3");
}

TEST(Casting_a_double_to_a_decimal, rounds_large_numbers_to_15_digits_too)
{
    EXPECT_EQ(text_of_double(123456789012345678.0), "123456789012346000");
}

TEST(Casting_a_double_to_a_decimal, reads_small_numbers)
{
    EXPECT_EQ(text_of_double(2.5e-10), "0.00000000025");
}

TEST(Casting_a_double_to_a_decimal, keeps_the_sign)
{
    EXPECT_EQ(text_of_double(-1.5), "-1.5");
}

TEST(Casting_a_double_to_a_decimal, gives_zero_for_negative_zero)
{
    EXPECT_EQ(text_of_double(-0.0), "0");
}

TEST(Casting_a_double_to_a_decimal, gives_NaN_for_NaN)
{
    EXPECT_TRUE(Decimal::from_double(std::nan("")).is_nan());
}

TEST(Casting_a_double_to_a_decimal, raises_for_infinity)
{
    EXPECT_TRUE(raises_out_of_range([] { Decimal::from_double(std::numeric_limits<double>::infinity()); }));
}

TEST(Casting_a_double_to_a_decimal, raises_for_more_than_38_digits)
{
    EXPECT_TRUE(raises_out_of_range([] { Decimal::from_double(1e39); }));
}

TEST(A_decimal_as_text, has_a_zero_before_the_point)
{
    EXPECT_EQ(Decimal(5, 2).text(), "0.05");
}

TEST(A_decimal_as_text, has_its_sign_first)
{
    EXPECT_EQ(Decimal(-5, 2).text(), "-0.05");
}

TEST(A_decimal_as_text, shows_zero_with_its_places)
{
    EXPECT_EQ(Decimal(0, 2).text(), "0.00");
}

TEST(A_decimal_as_text, shows_zero_without_places_as_one_digit)
{
    EXPECT_EQ(Decimal().text(), "0");
}

TEST(A_decimal_as_text, shows_NaN)
{
    EXPECT_EQ(Decimal::not_a_number().text(), "NaN");
}

TEST(Rounding_a_decimal, goes_up_from_half)
{
    EXPECT_EQ(rounded_text("2.5", 0), "3");
}

TEST(Rounding_a_decimal, goes_down_from_minus_half)
{
    EXPECT_EQ(rounded_text("-2.5", 0), "-3");
}

TEST(Rounding_a_decimal, goes_to_the_nearer_number_below_half)
{
    EXPECT_EQ(rounded_text("2.49", 0), "2");
}

TEST(Rounding_a_decimal, goes_to_the_nearer_number_above_minus_half)
{
    EXPECT_EQ(rounded_text("-2.49", 0), "-2");
}

TEST(Rounding_a_decimal, looks_at_all_places_at_once)
{
    EXPECT_EQ(rounded_text("0.1449999", 1), "0.1");
}

TEST(Rounding_a_decimal, carries_over)
{
    EXPECT_EQ(rounded_text("9.995", 2), "10.00");
}

TEST(Rounding_a_decimal, fills_up_missing_places)
{
    EXPECT_EQ(rounded_text("1.5", 3), "1.500");
}

TEST(Rounding_a_decimal, leaves_NaN)
{
    EXPECT_TRUE(Decimal::not_a_number().rounded(2).is_nan());
}

TEST(Rounding_a_decimal, drops_38_places)
{
    EXPECT_EQ(Decimal::parse("0.5" + std::string(37, '0')).value().rounded(0).text(), "1");
}

TEST(Rounding_a_decimal, gives_zero_for_what_lies_far_behind_the_point)
{
    EXPECT_EQ(Decimal::parse("0.0" + digits_38).value().rounded(0).text(), "0");
}

TEST(Rounding_a_decimal, raises_when_more_places_do_not_fit)
{
    EXPECT_TRUE(raises_out_of_range([] { Decimal::parse(digits_38).value().rounded(2); }));
}

TEST(Rounding_a_decimal, agrees_with_adding_half_and_cutting_off)
{
    std::mt19937_64 random(19471014);
    for (int i = 0; i < random_numbers; ++i) {
        const auto units = static_cast<std::int64_t>(random() % 2'000'000'001) - 1'000'000'000;
        const int scale = static_cast<int>(random() % 7);
        const int wanted = static_cast<int>(random() % (static_cast<unsigned>(scale) + 1));
        std::int64_t divisor = 1;
        for (int place = wanted; place < scale; ++place)
            divisor *= 10;
        const std::int64_t size = (std::abs(units) * 2 + divisor) / (2 * divisor);
        ASSERT_EQ(Decimal(units, scale).rounded(wanted), Decimal(units < 0 ? -size : size, wanted)) << units;
    }
}

TEST(Computing_with_decimals, adds_numbers_of_different_places)
{
    EXPECT_EQ((decimal("1.5") + decimal("0.25")).text(), "1.75");
}

TEST(Computing_with_decimals, subtracts_numbers_of_different_places)
{
    EXPECT_EQ((decimal("1.5") - decimal("2.25")).text(), "-0.75");
}

TEST(Computing_with_decimals, multiplies_exactly)
{
    EXPECT_EQ((decimal("1.25") * decimal("-0.3")).text(), "-0.375");
}

TEST(Computing_with_decimals, makes_NaN_of_a_sum_with_NaN)
{
    EXPECT_TRUE((decimal("1") + Decimal::not_a_number()).is_nan());
}

TEST(Computing_with_decimals, makes_NaN_of_a_difference_from_NaN)
{
    EXPECT_TRUE((decimal("1") - Decimal::not_a_number()).is_nan());
}

TEST(Computing_with_decimals, makes_NaN_of_a_product_with_NaN)
{
    EXPECT_TRUE((Decimal::not_a_number() * decimal("2")).is_nan());
    EXPECT_TRUE((decimal("2") * Decimal::not_a_number()).is_nan());
}

TEST(Computing_with_decimals, makes_NaN_of_a_quotient_with_NaN)
{
    EXPECT_TRUE(Decimal::quotient(decimal("2"), Decimal::not_a_number(), 2).is_nan());
    EXPECT_TRUE(Decimal::quotient(Decimal::not_a_number(), decimal("2"), 2).is_nan());
}

TEST(Computing_with_decimals, raises_when_a_sum_does_not_fit)
{
    const Decimal large = Decimal::parse(digits_38).value();
    EXPECT_TRUE(raises_out_of_range([&] { large + large; }));
}

TEST(Computing_with_decimals, raises_when_a_difference_does_not_fit)
{
    const Decimal large = Decimal::parse(digits_38).value();
    EXPECT_TRUE(raises_out_of_range([&] { Decimal() - large - large; }));
}

TEST(Computing_with_decimals, raises_when_a_product_does_not_fit)
{
    const Decimal large = Decimal::parse("1e20").value();
    EXPECT_TRUE(raises_out_of_range([&] { large *large; }));
}

TEST(Dividing_decimals, rounds_half_away_from_zero)
{
    EXPECT_EQ(quotient_text("1", "8", 2), "0.13");
}

TEST(Dividing_decimals, rounds_a_negative_half_away_from_zero)
{
    EXPECT_EQ(quotient_text("-1", "8", 2), "-0.13");
}

TEST(Dividing_decimals, rounds_half_away_from_zero_below_a_negative_divisor)
{
    EXPECT_EQ(quotient_text("1", "-8", 2), "-0.13");
}

TEST(Dividing_decimals, cuts_off_below_half_below_a_negative_divisor)
{
    EXPECT_EQ(quotient_text("1", "-3", 2), "-0.33");
}

TEST(Dividing_decimals, gives_a_positive_quotient_of_two_negatives)
{
    EXPECT_EQ(quotient_text("-1", "-8", 2), "0.13");
}

TEST(Dividing_decimals, cuts_off_below_half)
{
    EXPECT_EQ(quotient_text("1", "3", 5), "0.33333");
}

TEST(Dividing_decimals, takes_the_places_of_both_into_account)
{
    EXPECT_EQ(quotient_text("14.27", "100.0", 4), "0.1427");
}

TEST(Dividing_decimals, gives_fewer_places_than_it_was_given)
{
    EXPECT_EQ(quotient_text("2.4999", "1", 0), "2");
}

TEST(The_order_of_decimals, does_not_look_at_places)
{
    EXPECT_EQ(decimal("1.5"), decimal("1.500"));
}

TEST(The_order_of_decimals, puts_the_smaller_first)
{
    EXPECT_TRUE(decimal("1.49") < decimal("1.5"));
}

TEST(The_order_of_decimals, puts_negative_numbers_below_zero)
{
    EXPECT_TRUE(decimal("-0.1") < Decimal());
}

TEST(The_order_of_decimals, puts_NaN_above_everything)
{
    EXPECT_TRUE(Decimal::parse(digits_38).value() < Decimal::not_a_number());
}

TEST(The_order_of_decimals, puts_nothing_above_NaN)
{
    EXPECT_FALSE(Decimal::not_a_number() < decimal("1"));
}

TEST(The_order_of_decimals, lets_NaN_equal_itself)
{
    EXPECT_EQ(Decimal::not_a_number(), Decimal::not_a_number());
}

TEST(The_sign_of_a_decimal, is_none_for_zero_with_places)
{
    EXPECT_TRUE(decimal("0.00").is_zero());
}

TEST(The_sign_of_a_decimal, is_negative_below_zero)
{
    EXPECT_TRUE(decimal("-0.01").is_negative());
}

TEST(The_sign_of_a_decimal, is_not_negative_for_zero)
{
    EXPECT_FALSE(decimal("0.00").is_negative());
}

TEST(The_sign_of_a_decimal, is_unknown_for_NaN)
{
    EXPECT_FALSE(Decimal::not_a_number().is_zero() || Decimal::not_a_number().is_negative());
}

TEST(Casting_a_decimal_to_a_double, gives_the_nearest_one)
{
    EXPECT_EQ(decimal("0.1427").to_double(), 0.1427);
}

TEST(Casting_a_decimal_to_a_double, keeps_the_sign)
{
    EXPECT_EQ(decimal("-12.50").to_double(), -12.5);
}

TEST(Casting_a_decimal_to_a_double, rounds_what_a_double_cannot_hold)
{
    EXPECT_EQ(Decimal::parse(digits_38).value().to_double(), 1e38);
}

TEST(Casting_a_decimal_to_a_double, gives_NaN_for_NaN)
{
    EXPECT_TRUE(std::isnan(Decimal::not_a_number().to_double()));
}

TEST(An_average, is_nothing_without_values)
{
    EXPECT_FALSE(Mean().rounded(1));
}

TEST(An_average, rounds_half_away_from_zero)
{
    EXPECT_EQ(mean_text({"20.0", "20.1"}, 1), "20.1");
}

TEST(An_average, rounds_a_negative_half_away_from_zero)
{
    EXPECT_EQ(mean_text({"-20.0", "-20.1"}, 1), "-20.1");
}

TEST(An_average, rounds_below_half_towards_zero)
{
    EXPECT_EQ(mean_text({"20.0", "20.0", "20.1"}, 1), "20.0");
}

TEST(An_average, counts_values_that_are_zero)
{
    EXPECT_EQ(mean_text({"3.0", "0.0", "0.0"}, 1), "1.0");
}

TEST(An_average, is_exact_however_many_values_there_are)
{
    Mean mean;
    for (int i = 0; i < 1'000'000; ++i)
        mean.add(decimal("0.1"));
    EXPECT_EQ(mean.rounded(16).value().text(), "0.1000000000000000");
}

TEST(An_average, is_NaN_when_a_value_is)
{
    EXPECT_EQ(mean_text({"1.0", "NaN", "2.0"}, 1), "NaN");
}

}  // namespace pitstop::test
