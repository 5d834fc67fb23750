//! Fault scripts that are refused, with what they say.

use simulator::Script;

#[test]
fn a_script_that_makes_no_sense_says_why() {
    for (script, why) in [
        ("color = 'red'", "unknown field `color`"),
        ("[[fault]]\nkind = 'reset_before'\ncolor = 'red'", "unknown field `color`"),
        ("[[fault]]\nstep = 'capture'", "missing field `kind`"),
        ("[[fault]]\nkind = 'explode'", "fault 1 of the script: the kind \"explode\" is not known"),
        ("[[fault]]\nkind = 'reset_before'\nstep = 'ship'", "`step` takes one of create, confirm"),
        ("[[fault]]\nkind = 'delay_before'", "takes `milliseconds` from 1"),
        ("[[fault]]\nkind = 'reset_before'\nmilliseconds = 5", "takes no `milliseconds`"),
        ("[[fault]]\nkind = 'decline'\ndecline_code = 'dull'", "`decline_code` takes one of generic_decline"),
        ("[[fault]]\nkind = 'decline'\nstep = 'refund'", "cannot strike the step \"refund\""),
        ("[[fault]]\nkind = 'refund_fails'", "takes `seconds` from 0"),
        ("[[fault]]\nkind = 'rate_limit'\nreason = 'mood'", "`reason` takes one of global-rate"),
        ("[[fault]]\nkind = 'refuse'\ncode = 'Too small'", "`code` takes a word"),
        ("[[fault]]\nkind = 'error_before'\nshould_retry = 'yes'", "`should_retry` takes"),
        ("[[fault]]\nkind = 'conflict'\nprobability = 1.5", "`probability` takes a number from 0.0 to 1.0"),
        ("[[fault]]\nkind = 'conflict'\nnth = 0", "`nth` counts from 1"),
        ("[[fault]]\nkind = 'webhook_drop'\nstep = 'capture'", "takes `event`, not `step`"),
        ("[[fault]]\nkind = 'webhook_duplicate'\ncopies = 1", "`copies` takes a number from 2"),
        ("[[fault]]\nkind = 'conflict'\nevent = 'charge.*'", "`event` is for webhook faults"),
        ("[[fault]]\nkind = 'conflict'\n[[fault]]\nkind = 'conflict'\nevery = 0", "fault 2 of the script"),
    ] {
        let refused = Script::parse(script).expect_err(script).to_string();
        assert!(refused.contains(why), "{script}\nsays: {refused}");
    }
}

#[test]
fn the_documented_example_is_a_script() {
    let page = include_str!("../../../docs/simulator.md");
    let (_, after) = page.split_once("```toml\n").expect("an example");
    let (example, _) = after.split_once("```").expect("its end");
    Script::parse(example).expect("the example of docs/simulator.md");
}
