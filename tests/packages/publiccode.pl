#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
# publiccode.pl - what breaks the standard of publiccode.yml, version 0, in a file; nothing if nothing
# does. The keys it does not know are mistakes, too.
use strict;
use warnings;
use YAML::XS 'LoadFile';

my $text = qr/\S/;
my $url = qr{^https://[a-z0-9.-]+\.[a-z]+/\S+$};
my $list = sub { ref $_[0] eq 'ARRAY' && @{ $_[0] } && !grep { !defined || ref || !/\S/ } @{ $_[0] } };
my $one_of = sub { my %ok = map { $_ => 1 } @_; sub { defined $_[0] && !ref $_[0] && $ok{ $_[0] } } };
my $some_of = sub {
	my $one = $one_of->(@_);
	sub { $list->($_[0]) && !grep { !$one->($_) } @{ $_[0] } }
};
my $languages = sub { $list->($_[0]) && !grep { !/^[a-z]{2,3}(-[A-Za-z0-9]+)*$/ } @{ $_[0] } };
my $software = sub {
	ref $_[0] eq 'ARRAY' &&
		!grep { !$_->{name} || grep { !/^(name|version(Min|Max)?|optional)$/ } keys %$_ } @{ $_[0] };
};

# The standard's vocabularies.
my @categories = qw(
	accounting agile-project-management applicant-tracking application-development
	appointment-scheduling backup billing-and-invoicing blog budgeting business-intelligence
	business-process-management cad call-center-management cloud-management collaboration
	communications compliance-management contact-management content-management crm
	customer-service-and-support data-analytics data-collection data-visualization design
	design-system digital-asset-management digital-citizenship document-management
	donor-management e-commerce e-signature educational-content email-management
	email-marketing employee-management enterprise-project-management
	enterprise-social-networking erp event-management facility-management
	feedback-and-reviews-management financial-reporting fleet-management fundraising
	gamification geographic-information-systems grant-management graphic-design help-desk hr
	ide identity-management instant-messaging inventory-management it-asset-management
	it-development it-management it-security it-service-management knowledge-management
	learning-management-system marketing mind-mapping mobile-marketing mobile-payment
	network-management office online-booking online-community payment-gateway payroll
	predictive-analysis procurement productivity-suite project-collaboration
	project-management property-management real-estate-management remote-support
	resource-management sales-management seo service-desk social-media-management survey
	talent-management task-management taxes-management test-management time-management
	time-tracking translation video-conferencing video-editing visitor-management voip
	warehouse-management web-collaboration web-conferencing website-builder whistleblowing
	workflow-management
);
my @scopes = qw(
	agriculture culture defence education emergency-services employment energy environment
	finance-and-economic-development foreign-affairs healthcare infrastructures justice
	local-authorities manufacturing research science-and-technology security society sport
	tourism transportation welfare
);

# key => what it must be; "?" before it: may be missing.
my %keys = (
	'publiccodeYmlVersion' => qr/^0$/,
	'name' => $text,
	'url' => $url,
	'?softwareVersion' => $text,
	'?releaseDate' => qr/^\d{4}-\d\d-\d\d$/,
	'platforms' => $list,
	'categories' => $some_of->(@categories),
	'developmentStatus' => $one_of->(qw(concept development beta stable obsolete)),
	'softwareType' => $one_of->(map({ "standalone/$_" } qw(mobile iot desktop web backend other)),
		qw(addon library configurationFiles)),
	'?intendedAudience.countries' => sub { $list->($_[0]) && !grep { !/^[A-Z]{2}$/ } @{ $_[0] } },
	'?intendedAudience.scope' => $some_of->(@scopes),
	'legal.license' => $text,
	'?legal.mainCopyrightOwner' => $text,
	'maintenance.type' => $one_of->(qw(internal contract community none)),
	'?maintenance.contacts' => sub { ref $_[0] eq 'ARRAY' && @{ $_[0] } && !grep { !$_->{name} } @{ $_[0] } },
	'localisation.localisationReady' => sub { defined $_[0] && !ref $_[0] && $_[0] =~ /^(1|)$/ },
	'localisation.availableLanguages' => $languages,
	'?dependsOn.open' => $software,
	'?dependsOn.hardware' => $software,
);

my $file = shift // 'publiccode.yml';
my $all = eval { LoadFile($file) } or do { print "$file: $@"; exit 1 };
my $bad = 0;
sub complain { print "$file: @_\n"; $bad = 1 }

for my $lang (ref $all->{description} eq 'HASH' ? keys %{ $all->{description} } : ()) {
	$keys{"?description.$lang.localisedName"} = $text;
	$keys{"description.$lang.shortDescription"} = sub { defined $_[0] && length $_[0] <= 150 && $_[0] !~ /\n./ };
	$keys{"description.$lang.longDescription"} =
		sub { defined $_[0] && length $_[0] >= 150 && length $_[0] <= 10000 };
	$keys{"description.$lang.features"} = $list;
}
complain('no description in any language') if !grep { /^description\./ } keys %keys;

# The leaves of the tree, by their paths.
sub leaves {
	my ($path, $node) = @_;
	return ([ $path, $node ]) if ref $node ne 'HASH';
	return map { leaves($path eq '' ? $_ : "$path.$_", $node->{$_}) } sort keys %$node;
}
my %leaf = map { $_->[0] => $_->[1] } leaves('', $all);
for my $key (sort keys %leaf) {
	my $want = $keys{$key} // $keys{"?$key"};
	my $value = $leaf{$key};
	if (!defined $want) { complain("$key: no such key") }
	elsif (ref $want eq 'CODE' ? !$want->($value) : !defined $value || ref $value || $value !~ $want) {
		complain("$key: bad value");
	}
}
for my $key (grep { !/^\?/ } sort keys %keys) { complain("$key: missing") if !exists $leaf{$key} }
my $kept = $leaf{'maintenance.type'} // '';
complain('maintenance.contacts: missing') if $kept =~ /^(internal|community)$/ && !$leaf{'maintenance.contacts'};
exit $bad;
